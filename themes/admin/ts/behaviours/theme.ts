import { Controller } from "@hotwired/stimulus";

/** Switches between light and dark at once; the form does the same without it. `<form data-controller="theme">` */
export default class Theme extends Controller<HTMLFormElement> {
  toggle(event: Event): void {
    event.preventDefault();
    const root = document.documentElement;
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    const body = new URLSearchParams({ theme: root.dataset.theme });
    void fetch(this.element.action, { method: "POST", body, redirect: "manual" });
  }
}
