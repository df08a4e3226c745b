import { Controller } from "@hotwired/stimulus";

/**
 * Shows a field only while another one has certain values.
 *
 *     <div data-controller="shown-when" data-shown-when-field-value="kind" data-shown-when-values-value='["video"]'>
 */
export default class ShownWhen extends Controller<HTMLElement> {
  static override values = { field: String, values: Array };
  declare readonly fieldValue: string;
  declare readonly valuesValue: unknown[];

  override connect(): void {
    this.form?.addEventListener("input", this.update);
    this.form?.addEventListener("change", this.update);
    this.update();
  }

  override disconnect(): void {
    this.form?.removeEventListener("input", this.update);
    this.form?.removeEventListener("change", this.update);
  }

  private get form(): HTMLFormElement | null {
    return this.element.closest("form");
  }

  private readonly update = (): void => {
    const values = this.form ? new FormData(this.form).getAll(this.fieldValue).map(String) : [];
    const last = values.at(-1) ?? "";
    this.element.hidden = !this.valuesValue.some((value) => String(value) === last);
  };
}
