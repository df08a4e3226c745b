import { Controller } from "@hotwired/stimulus";

/**
 * The focal box of an image, by dragging over it or by numbers: centre and size, in the original's pixels. Shows how
 * three common crops would come out.
 *
 *     <div data-controller="focal"><div data-focal-target="stage" data-width="1200" data-height="800">…</div>
 *     <input data-focal-target="x">…</div>
 */
export default class Focal extends Controller<HTMLElement> {
  static override targets = ["stage", "image", "area", "x", "y", "width", "height", "crops"];
  declare readonly stageTarget: HTMLElement;
  declare readonly areaTarget: HTMLElement;
  declare readonly xTarget: HTMLInputElement;
  declare readonly yTarget: HTMLInputElement;
  declare readonly widthTarget: HTMLInputElement;
  declare readonly heightTarget: HTMLInputElement;
  declare readonly cropsTarget: HTMLElement;
  private from: { x: number; y: number } | null = null;

  override connect(): void {
    this.typed();
  }

  start(event: PointerEvent): void {
    event.preventDefault();
    this.stageTarget.setPointerCapture(event.pointerId);
    this.from = this.at(event);
  }

  drag(event: PointerEvent): void {
    if (!this.from) return;
    const to = this.at(event);
    const [width, height] = [Math.abs(to.x - this.from.x), Math.abs(to.y - this.from.y)];
    this.write((to.x + this.from.x) / 2, (to.y + this.from.y) / 2, width, height);
    this.typed();
  }

  end(): void {
    if (this.from) this.xTarget.dispatchEvent(new Event("input", { bubbles: true }));
    this.from = null;
  }

  clear(): void {
    for (const input of [this.xTarget, this.yTarget, this.widthTarget, this.heightTarget]) input.value = "";
    this.xTarget.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Draws the box and the crops from the numbers. */
  typed(): void {
    const { width, height } = this.size;
    const has = this.xTarget.value !== "" && this.yTarget.value !== "";
    this.areaTarget.hidden = !has;
    const [x, y] = has ? [Number(this.xTarget.value), Number(this.yTarget.value)] : [width / 2, height / 2];
    const [w, h] = [Number(this.widthTarget.value) || width / 50, Number(this.heightTarget.value) || height / 50];
    Object.assign(this.areaTarget.style, {
      left: `${((x - w / 2) / width) * 100}%`, top: `${((y - h / 2) / height) * 100}%`,
      width: `${(w / width) * 100}%`, height: `${(h / height) * 100}%`,
    });
    for (const crop of this.cropsTarget.children) this.crop(crop as HTMLElement, x / width, y / height);
  }

  private crop(crop: HTMLElement, x: number, y: number): void {
    const image = crop.querySelector("img");
    if (!image) return;
    const { width, height } = this.size;
    const scale = Math.max(crop.clientWidth / width, crop.clientHeight / height);
    const [w, h] = [width * scale, height * scale];
    const left = Math.min(0, Math.max(crop.clientWidth - w, crop.clientWidth / 2 - x * w));
    const top = Math.min(0, Math.max(crop.clientHeight - h, crop.clientHeight / 2 - y * h));
    Object.assign(image.style, { width: `${w}px`, height: `${h}px`, left: `${left}px`, top: `${top}px` });
  }

  private get size(): { width: number; height: number } {
    return { width: Number(this.stageTarget.dataset.width) || 1, height: Number(this.stageTarget.dataset.height) || 1 };
  }

  private at(event: PointerEvent): { x: number; y: number } {
    const box = this.stageTarget.getBoundingClientRect();
    const inside = (value: number): number => Math.min(1, Math.max(0, value));
    return { x: inside((event.clientX - box.left) / box.width) * this.size.width, y: inside((event.clientY - box.top) / box.height) * this.size.height };
  }

  private write(x: number, y: number, width: number, height: number): void {
    const pairs: [HTMLInputElement, number][] = [[this.xTarget, x], [this.yTarget, y], [this.widthTarget, width], [this.heightTarget, height]];
    for (const [input, value] of pairs) input.value = String(Math.round(value));
  }
}
