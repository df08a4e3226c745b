import { Controller } from "@hotwired/stimulus";

/**
 * Markdown or JSON with highlighting. The editor is a chunk of its own; until it comes, the textarea is the field.
 *
 *     <div data-controller="code" data-code-language-value="markdown"><textarea data-code-target="source"></textarea></div>
 */
export default class Code extends Controller<HTMLElement> {
  static override targets = ["source"];
  static override values = { language: String, label: String };
  declare readonly sourceTarget: HTMLTextAreaElement;
  declare readonly languageValue: string;
  declare readonly labelValue: string;
  private close: (() => void) | null = null;

  override async connect(): Promise<void> {
    const { mount } = await import("./code_editor");
    if (this.element.isConnected && !this.close) this.close = mount(this.element, this.sourceTarget, this.languageValue, this.labelValue);
  }

  override disconnect(): void {
    this.close?.();
    this.close = null;
  }
}
