import { Controller } from "@hotwired/stimulus";

/**
 * Shows the form as readers would see it, unsaved text included, in a panel beside it. Without it the preview button
 * posts the form to a new tab.
 *
 *     <form data-controller="preview" data-preview-url-value="/admin/pages/5/preview">…</form> <aside id="preview" hidden>
 */
export default class Preview extends Controller<HTMLFormElement> {
  static override values = { url: String };
  declare readonly urlValue: string;
  private panel: HTMLElement | null = null;
  private due = 0;

  override connect(): void {
    this.panel = document.getElementById("preview");
    this.panel?.addEventListener("click", this.clicked);
    this.element.addEventListener("input", this.soon);
    this.element.addEventListener("change", this.soon);
  }

  override disconnect(): void {
    this.panel?.removeEventListener("click", this.clicked);
    this.element.removeEventListener("input", this.soon);
    this.element.removeEventListener("change", this.soon);
    clearTimeout(this.due);
  }

  open(event: Event): void {
    if (!this.panel) return;
    event.preventDefault();
    this.panel.hidden = !this.panel.hidden;
    if (!this.panel.hidden) void this.refresh();
  }

  private readonly soon = (): void => {
    if (!this.panel || this.panel.hidden) return;
    clearTimeout(this.due);
    this.due = window.setTimeout(() => void this.refresh(), 700);
  };

  private async refresh(): Promise<void> {
    const frame = this.panel?.querySelector("iframe");
    const response = await fetch(this.urlValue, {
      method: "POST", body: new URLSearchParams([...new FormData(this.element)].map(([name, value]) => [name, String(value)])),
      headers: { Accept: "application/json" },
    }).catch(() => null);
    if (!response?.ok || !frame) return;
    const { url } = (await response.json()) as { url: string };
    const top = frame.contentWindow?.scrollY ?? 0;
    frame.addEventListener("load", () => frame.contentWindow?.scrollTo(0, top), { once: true });
    frame.src = url;
    this.panel?.querySelector<HTMLAnchorElement>("[data-own-tab]")?.setAttribute("href", url);
  }

  private readonly clicked = (event: Event): void => {
    if (!(event.target instanceof Element) || !this.panel) return;
    if (event.target.closest("[data-close]")) this.panel.hidden = true;
    const width = event.target.closest<HTMLElement>("button[data-width]");
    if (!width) return;
    this.panel.dataset.width = width.dataset.width ?? "full";
    for (const button of this.panel.querySelectorAll("button[data-width]")) button.setAttribute("aria-pressed", String(button === width));
  };
}
