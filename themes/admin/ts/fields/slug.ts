import { Controller } from "@hotwired/stimulus";

/**
 * A new page's slug follows its title until somebody writes another.
 *
 *     <div data-controller="slug" data-slug-title-value="title" data-slug-follow-value="true"><input data-slug-target="input">
 */
export default class Slug extends Controller<HTMLElement> {
  static override targets = ["input"];
  static override values = { title: String, follow: Boolean };
  declare readonly inputTarget: HTMLInputElement;
  declare readonly titleValue: string;
  declare followValue: boolean;

  override connect(): void {
    this.title?.addEventListener("input", this.follow);
  }

  override disconnect(): void {
    this.title?.removeEventListener("input", this.follow);
  }

  edited(): void {
    this.followValue = false;
  }

  private get title(): HTMLTextAreaElement | null {
    return this.element.closest("form")?.querySelector<HTMLTextAreaElement>(`[name="${this.titleValue}"]`) ?? null;
  }

  private readonly follow = (): void => {
    if (this.followValue) this.inputTarget.value = slugOf(this.title?.value ?? "");
  };
}

/** Lower case, accents kept as letters, everything else a hyphen. */
export function slugOf(title: string): string {
  const folded = title.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").replace(/æ/gi, "ae").replace(/ø/gi, "o").replace(/ð/gi, "d").replace(/þ/gi, "th");
  return folded.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 255);
}
