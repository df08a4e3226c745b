// The chooser dialog: fetches the server's fragments, follows their searches, links and uploads, and answers with
// what was picked. Used by chooser fields and by the rich text editor.
import { icon, make } from "./dom";
import { fragment } from "./http";

export interface Choice { id: string; title: string; note: string; thumb: string; url: string }

const TITLES: Record<string, string> = {
  image: "Choose an image", document: "Choose a document", page: "Choose a page", user: "Choose a person",
  collection: "Choose a collection", snippet: "Choose one",
};

/** Opens the chooser; resolves to nothing when it is closed without a choice. */
export function choose(kind: string, of = ""): Promise<Choice | null> {
  return new Chooser(kind, of).open();
}

class Chooser {
  private readonly dialog: HTMLDialogElement;
  private readonly body = make("div", { class: "dialog-body" });
  private picked: Choice | null = null;

  constructor(private readonly kind: string, private readonly of: string) {
    const close = make("button", { class: "tool", type: "button" }, icon("close"), "Close");
    close.addEventListener("click", () => this.dialog.close());
    const title = make("h2", { id: "chooser-title" }, TITLES[kind] ?? "Choose one");
    this.dialog = make("dialog", { class: "dialog", "aria-labelledby": "chooser-title" }, make("div", { class: "dialog-head" }, title, close), this.body);
    this.body.addEventListener("click", (event) => this.clicked(event));
    this.body.addEventListener("submit", (event) => this.submitted(event));
    this.dialog.addEventListener("click", (event) => { if (event.target === this.dialog) this.dialog.close(); });
  }

  open(): Promise<Choice | null> {
    const before = document.activeElement;
    document.body.append(this.dialog);
    this.dialog.showModal();
    void this.load(`/admin/choosers/${this.kind}?of=${encodeURIComponent(this.of)}`);
    return new Promise((resolve) => {
      this.dialog.addEventListener("close", () => {
        this.dialog.remove();
        if (before instanceof HTMLElement) before.focus();
        resolve(this.picked);
      }, { once: true });
    });
  }

  private async load(url: string, init: RequestInit = {}): Promise<void> {
    this.dialog.setAttribute("aria-busy", "true");
    try {
      this.body.innerHTML = await fragment(url, init);
    } catch {
      this.body.replaceChildren(make("p", { class: "problem", role: "alert" }, "This could not be loaded. Please try again."));
    }
    this.dialog.removeAttribute("aria-busy");
    const uploaded = this.body.querySelector<HTMLElement>("[data-picked]");
    if (uploaded) this.pick(uploaded, uploaded.dataset.picked);
    else this.body.querySelector<HTMLElement>("[data-autofocus]")?.focus();
  }

  private clicked(event: Event): void {
    if (!(event.target instanceof Element)) return;
    const choice = event.target.closest<HTMLElement>("[data-choose]");
    if (choice) this.pick(choice, choice.dataset.choose);
    const link = event.target.closest<HTMLAnchorElement>("a[href]");
    if (link && link.target !== "_blank") {
      event.preventDefault();
      void this.load(link.href);
    }
    const tab = event.target.closest<HTMLElement>("[data-show]");
    if (tab) this.show(tab.dataset.show ?? "");
  }

  private show(name: string): void {
    for (const pane of this.body.querySelectorAll<HTMLElement>("[data-pane]")) pane.hidden = pane.dataset.pane !== name;
    for (const tab of this.body.querySelectorAll<HTMLElement>("[data-show]")) tab.setAttribute("aria-selected", String(tab.dataset.show === name));
    this.body.querySelector<HTMLElement>(`[data-pane="${name}"] input:not([type=hidden])`)?.focus();
  }

  private submitted(event: SubmitEvent): void {
    event.preventDefault();
    event.stopPropagation();
    if (!(event.target instanceof HTMLFormElement)) return;
    const data = new FormData(event.target);
    if (event.target.method === "post") return void this.load(event.target.action, { method: "POST", body: data });
    const query = new URLSearchParams();
    data.forEach((value, name) => { if (typeof value === "string") query.set(name, value); });
    void this.load(`${event.target.action}?${query}`);
  }

  private pick(element: HTMLElement, id = ""): void {
    const { title = "", note = "", thumb = "", url = "" } = element.dataset;
    this.picked = { id, title, note, thumb, url };
    this.dialog.close();
  }
}
