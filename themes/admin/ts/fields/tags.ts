import { Controller } from "@hotwired/stimulus";
import { changed, make } from "../lib/dom";

/**
 * Tags as check boxes that can be struck out, and an input for new ones: Enter or a comma makes a tag.
 *
 *     <div data-controller="tags" data-tags-name-value="tags"><input data-tags-target="input" data-action="keydown->tags#key"></div>
 */
export default class Tags extends Controller<HTMLElement> {
  static override targets = ["input"];
  static override values = { name: String };
  declare readonly inputTarget: HTMLInputElement;
  declare readonly nameValue: string;

  key(event: KeyboardEvent): void {
    if (event.key !== "Enter" && event.key !== ",") return;
    if (event.key === "Enter" && !this.inputTarget.value.trim()) return;
    event.preventDefault();
    this.take();
  }

  /** What was typed becomes tags. */
  take(): void {
    const names = this.inputTarget.value.split(",").map((name) => name.trim()).filter(Boolean);
    this.inputTarget.value = "";
    for (const name of names) this.add(name);
    if (names.length) changed(this.element);
  }

  private add(name: string): void {
    const known = [...this.element.querySelectorAll<HTMLInputElement>("input[type=checkbox]")].find((box) => box.value === name);
    if (known) known.checked = true;
    else this.inputTarget.before(make("label", { class: "tag" }, make("input", { type: "checkbox", name: this.nameValue, value: name, checked: true }), name));
  }
}
