import { Controller } from "@hotwired/stimulus";

/**
 * Says whether a form has unsaved changes, from the first keystroke, and asks before they are lost.
 *
 *     <form data-controller="dirty" data-action="submit->dirty#leaving">… <p data-dirty-target="state"></p></form>
 */
export default class Dirty extends Controller<HTMLFormElement> {
  static override targets = ["state"];
  static override values = { changed: Boolean };
  declare readonly hasStateTarget: boolean;
  declare readonly stateTarget: HTMLElement;
  declare changedValue: boolean;

  override connect(): void {
    this.element.addEventListener("input", this.touched);
    this.element.addEventListener("change", this.touched);
    addEventListener("beforeunload", this.ask);
  }

  override disconnect(): void {
    this.element.removeEventListener("input", this.touched);
    this.element.removeEventListener("change", this.touched);
    removeEventListener("beforeunload", this.ask);
  }

  /** The form is being sent: nothing is lost by leaving. A preview in another tab stays here. */
  leaving(event: SubmitEvent): void {
    if (event.defaultPrevented || event.submitter?.getAttribute("formtarget") === "_blank") return;
    removeEventListener("beforeunload", this.ask);
    if (this.hasStateTarget) this.stateTarget.textContent = "Saving…";
  }

  changedValueChanged(): void {
    if (!this.hasStateTarget || !this.changedValue) return;
    this.stateTarget.dataset.state = "dirty";
    this.stateTarget.textContent = "Not saved yet";
  }

  private readonly touched = (event: Event): void => {
    if (event.target instanceof Element && event.target.closest("[data-made]") && !event.target.closest("[data-counts]")) return;
    this.changedValue = true;
  };

  private readonly ask = (event: BeforeUnloadEvent): void => {
    if (this.changedValue) event.preventDefault();
  };
}
