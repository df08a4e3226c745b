import { Controller } from "@hotwired/stimulus";

/**
 * Takes files that are dropped on it into its file input and names them.
 *
 *     <div data-controller="drop" data-action="dragover->drop#over drop->drop#drop"><input type="file" data-drop-target="input"></div>
 */
export default class Drop extends Controller<HTMLElement> {
  static override targets = ["input", "list"];
  declare readonly inputTarget: HTMLInputElement;
  declare readonly listTarget: HTMLElement;

  override connect(): void {
    this.inputTarget.addEventListener("change", this.list);
  }

  over(event: DragEvent): void {
    event.preventDefault();
    this.element.dataset.over = "";
  }

  out(): void {
    delete this.element.dataset.over;
  }

  drop(event: DragEvent): void {
    event.preventDefault();
    this.out();
    if (!event.dataTransfer?.files.length) return;
    this.inputTarget.files = event.dataTransfer.files;
    this.list();
  }

  private readonly list = (): void => {
    this.listTarget.textContent = [...(this.inputTarget.files ?? [])].map((file) => file.name).join(", ");
  };
}
