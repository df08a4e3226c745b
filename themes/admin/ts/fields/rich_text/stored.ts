// From the editor's HTML to the stored spelling: list items hold their text without a paragraph around it.

/** The stored form of the editor's HTML. The server cleans whatever arrives; this keeps the spelling close. */
export function stored(html: string): string {
  const parsed = new DOMParser().parseFromString(`<body>${html}</body>`, "text/html");
  for (const item of parsed.querySelectorAll("li")) {
    const first = item.firstElementChild;
    if (first?.tagName === "P") first.replaceWith(...first.childNodes);
  }
  return [...parsed.body.childNodes].map(write).join("");
}

const VOID = new Set(["br", "hr", "embed", "img"]);

function write(node: globalThis.Node): string {
  if (node.nodeType === 3) return escape(node.textContent ?? "");
  if (!(node instanceof Element)) return "";
  const tag = node.tagName.toLowerCase();
  const attributes = [...node.attributes].map((attribute) => ` ${attribute.name}="${escape(attribute.value).replaceAll('"', "&quot;")}"`).join("");
  if (VOID.has(tag)) return `<${tag}${attributes}/>`;
  return `<${tag}${attributes}>${[...node.childNodes].map(write).join("")}</${tag}>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
