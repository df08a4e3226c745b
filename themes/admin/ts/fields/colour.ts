import { Controller } from "@hotwired/stimulus";
import { changed } from "../lib/dom";

/** Keeps a colour's text and its picker in step. `<div data-controller="colour"><input data-colour-target="text">` */
export default class Colour extends Controller {
  static override targets = ["text", "picker"];
  declare readonly textTarget: HTMLInputElement;
  declare readonly pickerTarget: HTMLInputElement;

  picked(): void {
    this.textTarget.value = this.pickerTarget.value;
    changed(this.textTarget);
  }

  typed(): void {
    if (/^#[0-9a-f]{6}$/i.test(this.textTarget.value)) this.pickerTarget.value = this.textTarget.value;
  }
}
