// The tool bar: one button a feature, with words for those whose icon does not say it.
import type { Editor } from "@tiptap/core";
import { choose } from "../../lib/choose";
import { icon, make } from "../../lib/dom";
import { askForEmbed, askForLink } from "./ask";

interface Tool { feature: string; label: string; icon?: string; text?: string; active?: (editor: Editor) => boolean; run: (editor: Editor) => void }

const heading = (level: 1 | 2 | 3 | 4 | 5 | 6): Tool => ({
  feature: `h${level}`, label: `Heading ${level}`, text: `H${level}`,
  active: (editor) => editor.isActive("heading", { level }),
  run: (editor) => editor.chain().focus().toggleHeading({ level }).run(),
});

const mark = (feature: string, name: string, label: string): Tool => ({
  feature, label, icon: feature === "strikethrough" ? "strike" : feature,
  active: (editor) => editor.isActive(name),
  run: (editor) => editor.chain().focus().toggleMark(name).run(),
});

const TOOLS: Tool[] = [
  heading(1), heading(2), heading(3), heading(4), heading(5), heading(6),
  mark("bold", "bold", "Bold"), mark("italic", "italic", "Italic"), mark("strikethrough", "strike", "Struck out"),
  mark("code", "code", "Code"), mark("superscript", "superscript", "Superscript"), mark("subscript", "subscript", "Subscript"),
  { feature: "ul", label: "Bulleted list", icon: "list", active: (editor) => editor.isActive("bulletList"), run: (editor) => editor.chain().focus().toggleBulletList().run() },
  { feature: "ol", label: "Numbered list", icon: "numbers", active: (editor) => editor.isActive("orderedList"), run: (editor) => editor.chain().focus().toggleOrderedList().run() },
  { feature: "blockquote", label: "Quotation", icon: "quote", active: (editor) => editor.isActive("blockquote"), run: (editor) => editor.chain().focus().toggleBlockquote().run() },
  { feature: "hr", label: "Dividing line", icon: "minus", run: (editor) => editor.chain().focus().setHorizontalRule().run() },
  { feature: "link", label: "Link", icon: "link", text: "Link", active: (editor) => editor.isActive("link"), run: askForLink },
  { feature: "document-link", label: "Link to a document", icon: "document", text: "Document", run: (editor) => void linkDocument(editor) },
  { feature: "image", label: "Image", icon: "image", text: "Image", run: (editor) => void insertImage(editor) },
  { feature: "embed", label: "Video or other media", icon: "media", text: "Media", run: askForEmbed },
];

async function linkDocument(editor: Editor): Promise<void> {
  const choice = await choose("document");
  if (!choice) return;
  const attributes = { linktype: "document", id: choice.id, href: null };
  const { empty } = editor.state.selection;
  if (empty) editor.chain().focus().insertContent({ type: "text", text: choice.title, marks: [{ type: "link", attrs: attributes }] }).run();
  else editor.chain().focus().setMark("link", attributes).run();
}

async function insertImage(editor: Editor): Promise<void> {
  const choice = await choose("image");
  if (choice) editor.chain().focus().insertContent({ type: "embed", attrs: { embedtype: "image", id: choice.id, format: "fullwidth", alt: choice.title } }).run();
}

/** The bar with the tools that the field allows; each shows whether it holds at the cursor. */
export function bar(editor: Editor, features: string[]): HTMLElement {
  const tools = TOOLS.filter((tool) => features.includes(tool.feature));
  const buttons = tools.map((tool) => {
    const button = make("button", { class: "tool", type: "button", title: tool.label, "aria-pressed": "false", "aria-label": tool.text ? false : tool.label });
    if (tool.icon) button.append(icon(tool.icon));
    if (tool.text) button.append(tool.text);
    // The cursor stays in the text: what is typed next is formatted, not lost to the button.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => tool.run(editor));
    return button;
  });
  const undo = make("button", { class: "tool", type: "button", title: "Undo", "aria-label": "Undo" }, icon("undo"));
  undo.addEventListener("click", () => editor.chain().focus().undo().run());
  const element = make("div", { class: "rich-bar", role: "group", "aria-label": "Formatting" }, ...buttons, undo);
  editor.on("transaction", () => tools.forEach((tool, number) => buttons[number]?.setAttribute("aria-pressed", String(tool.active?.(editor) ?? false))));
  return element;
}
