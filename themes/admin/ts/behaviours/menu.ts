import { Controller } from "@hotwired/stimulus";

/** Closes a menu on Escape and when something else is used. `<details data-controller="menu">` */
export default class Menu extends Controller<HTMLDetailsElement> {
  override connect(): void {
    document.addEventListener("click", this.elsewhere);
    document.addEventListener("focusin", this.elsewhere);
    this.element.addEventListener("keydown", this.key);
  }

  override disconnect(): void {
    document.removeEventListener("click", this.elsewhere);
    document.removeEventListener("focusin", this.elsewhere);
    this.element.removeEventListener("keydown", this.key);
  }

  private readonly elsewhere = (event: Event): void => {
    if (this.element.open && event.target instanceof Node && !this.element.contains(event.target)) this.element.open = false;
  };

  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !this.element.open) return;
    this.element.open = false;
    this.element.querySelector("summary")?.focus();
  };
}
