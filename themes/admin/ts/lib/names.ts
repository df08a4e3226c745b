// Rows are named by their place: `body.<token>.value`. These put another name in front of everything in a row.

const NAMED = ["name", "id", "for", "aria-describedby", "aria-labelledby", "aria-controls", "list", "data-field", "data-row-name",
  "data-rows-name-value", "data-chooser-name-value", "data-tags-name-value", "data-rich-text-label-value", "data-code-label-value"];

/** Renames `element` and all in it, templates included, from one row name to another. */
export function rename(element: Element | DocumentFragment, from: string, to: string): void {
  const all = [...element.querySelectorAll("*")];
  if (element instanceof Element) all.unshift(element);
  for (const part of all) {
    for (const attribute of NAMED) {
      const value = part.getAttribute(attribute);
      if (value?.includes(from)) part.setAttribute(attribute, value.split(from).join(to));
    }
    if (part instanceof HTMLTemplateElement) rename(part.content, from, to);
  }
}

/** A copy of a row's element with what was typed in it, without what behaviours made, and without ids of its own. */
export function copyOf(element: HTMLElement): HTMLElement {
  const copy = element.cloneNode(true) as HTMLElement;
  const typed = element.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>("input, textarea, select");
  copy.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>("input, textarea, select").forEach((input, number) => {
    const original = typed[number];
    if (!original) return;
    input.value = original.value;
    if (input instanceof HTMLInputElement && original instanceof HTMLInputElement) input.checked = original.checked;
  });
  copy.querySelectorAll("[data-made]").forEach((made) => made.remove());
  copy.querySelectorAll<HTMLInputElement>("[data-row-id]").forEach((id) => { id.value = ""; });
  copy.querySelectorAll<HTMLElement>("[data-source]").forEach((source) => { source.hidden = false; });
  return copy;
}
