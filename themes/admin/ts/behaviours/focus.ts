import { Controller } from "@hotwired/stimulus";

/** Takes the focus when the page opens: a summary of problems is read first. `<div data-controller="focus" tabindex="-1">` */
export default class Focus extends Controller<HTMLElement> {
  override connect(): void {
    this.element.focus();
  }
}
