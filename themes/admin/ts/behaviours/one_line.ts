import { Controller } from "@hotwired/stimulus";

/** Keeps a text area that grows with its one line to one line: Enter goes nowhere, pasted breaks become blanks. */
export default class OneLine extends Controller<HTMLTextAreaElement> {
  override connect(): void {
    this.element.addEventListener("input", this.join);
  }

  override disconnect(): void {
    this.element.removeEventListener("input", this.join);
  }

  key(event: KeyboardEvent): void {
    if (event.key === "Enter") event.preventDefault();
  }

  private readonly join = (): void => {
    if (/[\r\n]/.test(this.element.value)) this.element.value = this.element.value.replace(/\s*[\r\n]+\s*/g, " ");
  };
}
