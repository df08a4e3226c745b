import { Controller } from "@hotwired/stimulus";

/**
 * Formatted text. The editor is a chunk of its own; until it comes, the textarea with the HTML is the field.
 *
 *     <div data-controller="rich-text" data-rich-text-features-value='["bold"]'><textarea data-rich-text-target="source">
 */
export default class RichText extends Controller<HTMLElement> {
  static override targets = ["source"];
  static override values = { features: Array, label: String };
  declare readonly sourceTarget: HTMLTextAreaElement;
  declare readonly featuresValue: string[];
  declare readonly labelValue: string;
  private close: (() => void) | null = null;

  override async connect(): Promise<void> {
    const { mount } = await import("./rich_text/editor");
    if (this.element.isConnected && !this.close) this.close = mount(this.element, this.sourceTarget, this.featuresValue, this.labelValue);
  }

  override disconnect(): void {
    this.close?.();
    this.close = null;
  }
}
