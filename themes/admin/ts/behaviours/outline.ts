import { Controller } from "@hotwired/stimulus";
import { make } from "../lib/dom";

/**
 * Lists the panels, fields and blocks of the form beside it, with those that have problems marked.
 *
 *     <nav data-controller="outline" hidden><ol data-outline-target="list"></ol></nav>
 */
export default class Outline extends Controller<HTMLElement> {
  static override targets = ["list"];
  declare readonly listTarget: HTMLElement;
  private watcher: MutationObserver | null = null;

  override connect(): void {
    const fields = this.element.closest("form")?.querySelector(".editor-fields");
    if (!fields) return;
    let due = 0;
    this.watcher = new MutationObserver(() => {
      clearTimeout(due);
      due = window.setTimeout(() => this.draw(fields), 200);
    });
    this.watcher.observe(fields, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
    this.draw(fields);
  }

  override disconnect(): void {
    this.watcher?.disconnect();
  }

  private draw(fields: Element): void {
    const entries: HTMLElement[] = [];
    for (const field of fields.querySelectorAll<HTMLElement>(".panel-body > .field, .panel > .field")) {
      if (field.closest(".tab-panel")?.hasAttribute("hidden")) continue;
      entries.push(this.entry(field, field.querySelector(".field-label, .check span")?.firstChild?.textContent ?? "", 0));
      for (const row of field.querySelectorAll<HTMLElement>(".row-slot")) {
        if (row.parentElement?.closest(".row-slot")) continue;
        const brief = row.querySelector("[data-row-brief]")?.textContent;
        entries.push(this.entry(row, `${row.querySelector(".row-kind")?.textContent ?? ""}${brief ? `: ${brief}` : ""}`, 1));
      }
    }
    this.listTarget.replaceChildren(...entries);
    this.element.hidden = entries.length < 4;
  }

  private entry(to: HTMLElement, text: string, depth: number): HTMLElement {
    const link = make("a", { href: `#${to.id}`, "data-depth": String(depth), "data-problem": to.querySelector(".problem") !== null }, text.trim());
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const panel = to.closest("details");
      if (panel) panel.open = true;
      to.scrollIntoView({ behavior: "smooth", block: "start" });
      to.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select, button, [contenteditable]")?.focus({ preventScroll: true });
    });
    return make("li", {}, link);
  }
}
