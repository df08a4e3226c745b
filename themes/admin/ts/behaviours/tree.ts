import { Controller } from "@hotwired/stimulus";
import { make } from "../lib/dom";
import { fragment } from "../lib/http";

/**
 * Opens and closes one node of the page tree; its branch is fetched the first time.
 *
 *     <li data-controller="tree" data-tree-url-value="/admin/tree/5"><button data-tree-target="toggle">…</li>
 */
export default class Tree extends Controller<HTMLElement> {
  static override targets = ["toggle", "branch"];
  static override values = { url: String };
  declare readonly toggleTarget: HTMLButtonElement;
  declare readonly branchTarget: HTMLElement;
  declare readonly hasBranchTarget: boolean;
  declare readonly urlValue: string;

  async toggle(): Promise<void> {
    const opens = this.toggleTarget.getAttribute("aria-expanded") !== "true";
    if (opens && !this.hasBranchTarget) {
      const branch = make("ul", { "data-tree-target": "branch" });
      branch.innerHTML = await fragment(this.urlValue);
      this.element.append(branch);
    } else if (this.hasBranchTarget) {
      this.branchTarget.hidden = !opens;
    }
    this.toggleTarget.setAttribute("aria-expanded", String(opens));
  }
}
