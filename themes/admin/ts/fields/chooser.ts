import { Controller } from "@hotwired/stimulus";
import { type Choice, choose } from "../lib/choose";
import { changed } from "../lib/dom";

/**
 * A reference field: opens the chooser and shows what was chosen. The chosen id is a hidden input.
 *
 *     <div data-controller="chooser" data-chooser-kind-value="image" data-chooser-name-value="hero">
 *       <ul data-chooser-target="list"></ul><button data-chooser-target="open"></button><template data-chooser-target="item">
 */
export default class Chooser extends Controller<HTMLElement> {
  static override targets = ["list", "open", "item"];
  static override values = { kind: String, name: String, many: Boolean, of: String };
  declare readonly listTarget: HTMLElement;
  declare readonly openTarget: HTMLButtonElement;
  declare readonly itemTarget: HTMLTemplateElement;
  declare readonly kindValue: string;
  declare readonly manyValue: boolean;
  declare readonly ofValue: string;

  async open(): Promise<void> {
    const choice = await choose(this.kindValue, this.ofValue);
    if (!choice) return;
    if (!this.manyValue) this.listTarget.replaceChildren();
    if (!this.listTarget.querySelector(`input[value="${CSS.escape(choice.id)}"]`)) this.listTarget.append(this.item(choice));
    this.openTarget.hidden = !this.manyValue;
    changed(this.element);
    this.listTarget.querySelector<HTMLElement>("li:last-child button")?.focus();
  }

  remove(event: Event): void {
    this.chosen(event)?.remove();
    this.openTarget.hidden = false;
    this.openTarget.focus();
    changed(this.element);
  }

  up(event: Event): void {
    const item = this.chosen(event);
    item?.previousElementSibling?.before(item);
    this.moved(event);
  }

  down(event: Event): void {
    const item = this.chosen(event);
    item?.nextElementSibling?.after(item);
    this.moved(event);
  }

  private moved(event: Event): void {
    (event.currentTarget as HTMLElement).focus();
    changed(this.element);
  }

  private chosen(event: Event): Element | null {
    return (event.currentTarget as Element).closest("[data-chosen]");
  }

  private item(choice: Choice): Element {
    const item = this.itemTarget.content.firstElementChild?.cloneNode(true) as Element;
    const part = <T extends Element>(name: string): T | null => item.querySelector<T>(`[data-part=${name}]`);
    const id = part<HTMLInputElement>("id");
    if (id) id.setAttribute("value", choice.id);
    part("title")?.replaceChildren(choice.title);
    part("note")?.replaceChildren(choice.note);
    if (choice.thumb) part<HTMLImageElement>("thumb")?.setAttribute("src", choice.thumb);
    const link = part<HTMLAnchorElement>("url");
    if (link) {
      link.href = choice.url;
      link.hidden = choice.url === "";
    }
    return item;
  }
}
