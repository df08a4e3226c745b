import { Controller } from "@hotwired/stimulus";
import { icon, make } from "../lib/dom";

interface Table { data: (string | null)[][]; [key: string]: unknown }

/**
 * A table's cells as inputs; the table itself is posted in a hidden input.
 *
 *     <div data-controller="grid-editor"><input type="hidden" data-grid-editor-target="value"><div data-grid-editor-target="grid">
 */
export default class GridEditor extends Controller<HTMLElement> {
  static override targets = ["value", "grid", "rowHeader", "colHeader", "caption"];
  declare readonly valueTarget: HTMLInputElement;
  declare readonly gridTarget: HTMLElement;
  declare readonly rowHeaderTarget: HTMLInputElement;
  declare readonly colHeaderTarget: HTMLInputElement;
  declare readonly captionTarget: HTMLInputElement;
  private table: Table = { data: [] };

  override connect(): void {
    const stored = JSON.parse(this.valueTarget.value || "null") as Table | null;
    this.table = stored ?? { data: [["", ""], ["", ""]] };
    this.draw();
  }

  addRow(): void {
    this.table.data.push(Array.from({ length: this.width }, () => ""));
    this.redraw();
  }

  addColumn(): void {
    for (const row of this.table.data) row.push("");
    if (!this.table.data.length) this.table.data.push([""]);
    this.redraw();
  }

  /** Writes the hidden input from what stands in the grid. */
  changed(): void {
    const header = this.rowHeaderTarget.checked;
    const column = this.colHeaderTarget.checked;
    const choice = header && column ? "both" : header ? "row" : column ? "column" : "neither";
    this.table = { ...this.table, first_row_is_table_header: header, first_col_is_header: column, table_caption: this.captionTarget.value, table_header_choice: choice };
    this.valueTarget.value = JSON.stringify(this.table);
    this.valueTarget.dispatchEvent(new Event("change", { bubbles: true }));
    this.marks();
  }

  private get width(): number {
    return this.table.data[0]?.length ?? 1;
  }

  private redraw(): void {
    this.draw();
    this.changed();
  }

  private marks(): void {
    this.gridTarget.dataset.rowHeader = String(this.rowHeaderTarget.checked);
    this.gridTarget.dataset.colHeader = String(this.colHeaderTarget.checked);
  }

  private draw(): void {
    const rows = this.table.data.map((row, y) => make("tr", {}, ...row.map((cell, x) => this.cell(cell, y, x)), this.remover("row", y)));
    const foot = make("tr", {}, ...Array.from({ length: this.width }, (_, x) => this.remover("column", x)));
    this.gridTarget.replaceChildren(make("table", { role: "presentation" }, ...rows, foot));
    this.marks();
  }

  private cell(text: string | null, y: number, x: number): HTMLElement {
    const input = make("input", { type: "text", "aria-label": `Row ${y + 1}, column ${x + 1}` });
    input.value = text ?? "";
    input.addEventListener("input", () => {
      const row = this.table.data[y];
      if (row) row[x] = input.value;
      this.changed();
    });
    return make("td", {}, input);
  }

  private remover(what: "row" | "column", index: number): HTMLElement {
    const button = make("button", { class: "tool tool-danger", type: "button", "aria-label": `Delete ${what} ${index + 1}`, title: `Delete ${what} ${index + 1}` }, icon("trash"));
    button.addEventListener("click", () => {
      if (what === "row") this.table.data.splice(index, 1);
      else for (const row of this.table.data) row.splice(index, 1);
      this.redraw();
    });
    return make("th", {}, button);
  }
}
