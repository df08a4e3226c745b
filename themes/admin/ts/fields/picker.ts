import { Controller } from "@hotwired/stimulus";

/**
 * Chooses which block to add: search narrows the choices, Enter takes the first, Escape closes.
 *
 *     <div data-controller="picker"><input data-picker-target="search"><button data-picker-target="choice">…
 */
export default class Picker extends Controller<HTMLElement> {
  static override targets = ["search", "group", "choice"];
  declare readonly searchTarget: HTMLInputElement;
  declare readonly groupTargets: HTMLElement[];
  declare readonly choiceTargets: HTMLButtonElement[];

  override connect(): void {
    this.searchTarget.focus();
    this.element.scrollIntoView({ block: "nearest" });
    this.element.addEventListener("keydown", this.escape);
  }

  filter(event: Event): void {
    event.stopPropagation();
    const words = this.searchTarget.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const choice of this.choiceTargets) {
      const text = choice.textContent?.toLowerCase() ?? "";
      choice.hidden = !words.every((word) => text.includes(word));
    }
    for (const group of this.groupTargets) group.hidden = !group.querySelector("[data-picker-target~=choice]:not([hidden])");
  }

  key(event: KeyboardEvent): void {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.choiceTargets.find((choice) => !choice.hidden)?.click();
  }

  close(): void {
    this.dispatch("closed");
    this.element.remove();
  }

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.close();
  };
}
