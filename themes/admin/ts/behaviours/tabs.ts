import { Controller } from "@hotwired/stimulus";

/**
 * Shows one part of a form at a time; arrow keys move between the tabs. A link to a field opens its tab first.
 *
 *     <form data-controller="tabs"><a role="tab" data-tabs-target="tab" href="#a">… <section id="a" data-tabs-target="panel">
 */
export default class Tabs extends Controller<HTMLElement> {
  static override targets = ["tab", "panel"];
  declare readonly tabTargets: HTMLAnchorElement[];
  declare readonly panelTargets: HTMLElement[];

  override connect(): void {
    addEventListener("hashchange", this.follow);
    this.element.addEventListener("click", this.linked);
    const first = this.tabTargets.find((tab) => tab.querySelector(".badge-danger")) ?? this.tabTargets[0];
    if (first) this.show(first);
    this.follow();
  }

  override disconnect(): void {
    removeEventListener("hashchange", this.follow);
    this.element.removeEventListener("click", this.linked);
  }

  choose(event: Event): void {
    event.preventDefault();
    const tab = event.currentTarget as HTMLAnchorElement;
    this.show(tab);
    history.replaceState(null, "", tab.hash);
  }

  key(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = this.tabTargets.at((this.tabTargets.indexOf(event.currentTarget as HTMLAnchorElement) + step) % this.tabTargets.length);
    if (!next) return;
    event.preventDefault();
    this.show(next);
    next.focus();
  }

  private show(chosen: HTMLAnchorElement): void {
    for (const tab of this.tabTargets) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
    }
    for (const panel of this.panelTargets) panel.hidden = `#${panel.id}` !== chosen.hash;
  }

  /** A problem's link leads to its field, wherever that is folded away. */
  private readonly linked = (event: Event): void => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>(".message a[href^='#']") : null;
    if (!link) return;
    event.preventDefault();
    this.reveal(decodeURIComponent(link.hash.slice(1)));
  };

  private readonly follow = (): void => {
    if (location.hash.length > 1) this.reveal(decodeURIComponent(location.hash.slice(1)));
  };

  private reveal(id: string): void {
    const target = document.getElementById(id);
    if (!target || !this.element.contains(target)) return;
    const panel = this.panelTargets.find((candidate) => candidate.contains(target));
    const tab = this.tabTargets.find((candidate) => candidate.hash === `#${panel?.id}`);
    if (tab) this.show(tab);
    if (target === panel) return;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) fold.open = true;
    for (let row = target.closest<HTMLElement>(".row"); row; row = row.parentElement?.closest<HTMLElement>(".row") ?? null) delete row.dataset.folded;
    target.scrollIntoView({ block: "start" });
    const input = target.querySelector<HTMLElement>("[contenteditable=true], input:not([type=hidden]):not([hidden]), textarea:not([hidden]), select, button:not([hidden])");
    (input ?? target).focus({ preventScroll: true });
  }
}
