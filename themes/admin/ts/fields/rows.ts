import { Controller } from "@hotwired/stimulus";
import Sortable from "sortablejs";
import { changed, fromHtml, icon, make, token } from "../lib/dom";
import { copyOf, rename } from "../lib/names";

/**
 * The rows of a stream, list or children: added from templates, moved by buttons or by dragging, copied, deleted with a
 * way back. Rows are posted in the order in which they stand.
 *
 *     <div data-controller="rows" data-rows-name-value="body"><div data-rows-target="list">…</div>
 *     <button data-rows-target="add" data-action="rows#add"></button><template data-rows-target="picker"></template></div>
 */
export default class Rows extends Controller<HTMLElement> {
  static override targets = ["list", "add", "picker", "slot"];
  static override values = { name: String, max: Number, noun: String };
  declare readonly listTarget: HTMLElement;
  declare readonly addTarget: HTMLButtonElement;
  declare readonly pickerTarget: HTMLTemplateElement;
  declare readonly nameValue: string;
  declare readonly maxValue: number;
  declare readonly nounValue: string;
  private sortable: Sortable | null = null;
  private before: Element | null = null;

  override connect(): void {
    this.sortable = Sortable.create(this.listTarget, { handle: "[data-row-handle]", draggable: ".row-slot", animation: 120, ghostClass: "row-ghost", onEnd: () => this.changed() });
    this.bounds();
  }

  override disconnect(): void {
    this.sortable?.destroy();
    this.sortable = null;
  }

  add(): void {
    this.ask(null, this.addTarget);
  }

  insert(event: Event): void {
    const slot = this.slot(event);
    this.ask(slot, slot.querySelector(".row-insert") ?? slot);
  }

  /** A block was picked: its template becomes a row. */
  picked(event: Event): void {
    const choice = event.currentTarget as HTMLElement;
    this.element.querySelector("[data-controller=picker]")?.remove();
    this.put(choice.dataset.template ?? "");
  }

  fold(event: Event): void {
    const button = event.currentTarget as HTMLElement;
    const row = button.closest<HTMLElement>(".row");
    if (!row) return;
    const folds = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!folds));
    row.toggleAttribute("data-folded", folds);
    if (folds) this.brief(row);
  }

  up(event: Event): void {
    this.move(event, (slot) => this.neighbour(slot, -1)?.before(slot));
  }

  down(event: Event): void {
    this.move(event, (slot) => this.neighbour(slot, 1)?.after(slot));
  }

  duplicate(event: Event): void {
    const slot = this.slot(event);
    const from = slot.dataset.rowName ?? "";
    const copy = copyOf(slot);
    rename(copy, from, `${this.nameValue}.${token()}`);
    slot.after(copy);
    this.changed();
    copy.querySelector<HTMLElement>(".row-fold")?.focus();
  }

  remove(event: Event): void {
    const slot = this.slot(event);
    const undo = make("button", { class: "tool", type: "button" }, icon("undo"), "Undo");
    const label = slot.querySelector(".row-kind")?.textContent ?? this.nounValue;
    const bar = make("div", { class: "row-undo", "data-made": true, role: "status" }, make("span", {}, `${label} deleted`), undo);
    undo.addEventListener("click", () => {
      bar.replaceWith(slot);
      this.changed();
      slot.querySelector<HTMLElement>(".row-fold")?.focus();
    });
    slot.replaceWith(bar);
    this.changed();
    undo.focus();
  }

  private ask(before: Element | null, at: Element): void {
    this.before = before;
    document.querySelectorAll("[data-controller=picker]").forEach((open) => open.remove());
    const picker = this.pickerTarget.content.firstElementChild?.cloneNode(true) as HTMLElement;
    const choices = picker.querySelectorAll<HTMLElement>("[data-template]");
    if (choices.length === 1) return this.put(choices[0]?.dataset.template ?? "");
    picker.addEventListener("picker:closed", () => (at instanceof HTMLButtonElement ? at : at.querySelector("button"))?.focus());
    at.after(picker);
  }

  private put(key: string): void {
    const template = document.getElementById(`row:${key}`);
    if (!(template instanceof HTMLTemplateElement)) return;
    const slot = fromHtml(template.innerHTML);
    rename(slot, "__name__", `${this.nameValue}.${token()}`);
    if (this.before?.isConnected) this.before.before(slot);
    else this.listTarget.append(slot);
    this.changed();
    const body = slot.querySelector(":scope > .row > .row-body");
    body?.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select, button")?.focus();
  }

  private move(event: Event, how: (slot: HTMLElement) => void): void {
    how(this.slot(event));
    (event.currentTarget as HTMLElement).focus();
    this.changed();
  }

  private neighbour(slot: HTMLElement, step: 1 | -1): Element | undefined {
    const slots = [...this.listTarget.children].filter((child) => child.matches(".row-slot"));
    return slots[slots.indexOf(slot) + step];
  }

  private slot(event: Event): HTMLElement {
    return (event.currentTarget as Element).closest<HTMLElement>(".row-slot") as HTMLElement;
  }

  /** What a folded row still tells of itself. */
  private brief(row: HTMLElement): void {
    const input = [...row.querySelectorAll<HTMLInputElement>(".row-body input[type=text], .row-body textarea")].find((candidate) => candidate.value.trim());
    const text = input?.value.replace(/<[^>]*>/g, " ") ?? row.querySelector("[data-part=title]")?.textContent ?? "";
    row.querySelector("[data-row-brief]")?.replaceChildren(text.trim().slice(0, 120));
  }

  private bounds(): void {
    const count = [...this.listTarget.children].filter((child) => child.matches(".row-slot")).length;
    this.addTarget.disabled = this.maxValue > 0 && count >= this.maxValue;
  }

  private changed(): void {
    this.bounds();
    changed(this.listTarget);
  }
}
