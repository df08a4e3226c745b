/** Makes an element with attributes and children; text is set as text, never as HTML. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Record<string, string | boolean> = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** An icon of the page's sprite. */
export function icon(name: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** The one element that a piece of the server's HTML holds. */
export function fromHtml(html: string): HTMLElement {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  const element = template.content.firstElementChild;
  if (!(element instanceof HTMLElement)) throw new Error("the fragment holds no element");
  return element;
}

/** Tells whoever listens (unsaved changes, outline) that a form's content changed without an input event. */
export function changed(element: Element): void {
  element.dispatchEvent(new Event("change", { bubbles: true }));
}

/** A token that names a new row; the server only needs it to be unique in the form. */
export function token(): string {
  return `n${crypto.getRandomValues(new Uint32Array(2)).join("")}`;
}
