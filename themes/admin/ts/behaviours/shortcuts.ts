import { Controller } from "@hotwired/stimulus";

/** Ctrl+S (or Cmd+S) saves the draft. `<form data-controller="shortcuts"><button data-shortcuts-target="save">` */
export default class Shortcuts extends Controller<HTMLFormElement> {
  static override targets = ["save"];
  declare readonly hasSaveTarget: boolean;
  declare readonly saveTarget: HTMLButtonElement;

  override connect(): void {
    document.addEventListener("keydown", this.key);
  }

  override disconnect(): void {
    document.removeEventListener("keydown", this.key);
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || !this.hasSaveTarget) return;
    event.preventDefault();
    this.element.requestSubmit(this.saveTarget);
  };
}
