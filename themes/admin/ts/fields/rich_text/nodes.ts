// What Wagtail's stored HTML has that plain HTML editors do not: links by id, embeds, block keys.
import { Extension, Mark, Node, mergeAttributes } from "@tiptap/core";
import Bold from "@tiptap/extension-bold";
import Italic from "@tiptap/extension-italic";

/** Bold, spelt `<b>` as it is stored. */
export const ThinBold = Bold.extend({ renderHTML: ({ HTMLAttributes }) => ["b", HTMLAttributes, 0] });

/** Italic, spelt `<i>` as it is stored. */
export const ThinItalic = Italic.extend({ renderHTML: ({ HTMLAttributes }) => ["i", HTMLAttributes, 0] });

/** Blocks keep the key that comments and comparisons know them by. */
export const BlockKeys = Extension.create({
  name: "blockKeys",
  addGlobalAttributes() {
    const key = {
      default: null,
      keepOnSplit: false,
      parseHTML: (element: HTMLElement) => element.getAttribute("data-block-key"),
      renderHTML: (attributes: Record<string, unknown>) => (attributes.blockKey ? { "data-block-key": attributes.blockKey } : {}),
    };
    return [{ types: ["paragraph", "heading", "listItem", "blockquote"], attributes: { blockKey: key } }];
  },
});

const kept = (name: string) => ({ default: null, parseHTML: (element: HTMLElement) => element.getAttribute(name), renderHTML: (attributes: Record<string, unknown>) => (attributes[name] === null ? {} : { [name]: attributes[name] }) });

/** A link: to an address, or to a page or document by id. */
export const LinkMark = Mark.create({
  name: "link",
  inclusive: false,
  addAttributes: () => ({ href: kept("href"), linktype: kept("linktype"), id: kept("id") }),
  parseHTML: () => [{ tag: "a[href]" }, { tag: "a[linktype]" }],
  renderHTML: ({ HTMLAttributes }) => ["a", HTMLAttributes, 0],
});

const PARTS = ["embedtype", "id", "format", "alt", "url"];

/** An image or a media embed: one block that stands for what the server puts in its place. */
export const Embed = Node.create({
  name: "embed",
  group: "block",
  atom: true,
  draggable: true,
  addAttributes: () => Object.fromEntries(PARTS.map((name) => [name, kept(name)])),
  parseHTML: () => [{ tag: "embed[embedtype]" }],
  renderHTML: ({ HTMLAttributes }) => ["embed", mergeAttributes(HTMLAttributes)],
  addNodeView() {
    return ({ node }) => {
      const dom = document.createElement("div");
      dom.className = "rich-embed";
      const note = document.createElement("small");
      if (node.attrs.embedtype === "image") {
        const image = document.createElement("img");
        image.src = `/admin/images/${encodeURIComponent(String(node.attrs.id))}/thumb`;
        image.alt = String(node.attrs.alt ?? "");
        note.textContent = node.attrs.alt ? `Image: ${String(node.attrs.alt)}` : "Image without a description";
        dom.append(image);
      } else {
        note.textContent = `Media: ${String(node.attrs.url ?? "")}`;
      }
      dom.append(note);
      return { dom };
    };
  },
});
