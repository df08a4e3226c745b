// The Tiptap side of `rich_text.ts`: an editor for Wagtail's stored HTML, with only the features that a field allows.
import { Editor, type Extensions } from "@tiptap/core";
import Subscript from "@tiptap/extension-subscript";
import Superscript from "@tiptap/extension-superscript";
import StarterKit from "@tiptap/starter-kit";
import { changed, make } from "../../lib/dom";
import { bar } from "./bar";
import { BlockKeys, Embed, LinkMark, ThinBold, ThinItalic } from "./nodes";
import { stored } from "./stored";

const LEVELS = [1, 2, 3, 4, 5, 6] as const;

/** Puts an editor beside the textarea, which stays the field that is posted and is only written when text changes. */
export function mount(host: HTMLElement, source: HTMLTextAreaElement, features: string[], label: string): () => void {
  const box = make("div", { class: "rich", "data-made": true });
  const content = make("div", {});
  if (source.getAttribute("aria-invalid") === "true") box.dataset.invalid = "";
  const editor = new Editor({
    element: content,
    extensions: extensions(features),
    content: source.value,
    injectCSS: false,
    editorProps: { attributes: { role: "textbox", "aria-multiline": "true", "aria-labelledby": label, ...described(source) } },
    onUpdate: () => {
      source.value = editor.isEmpty ? "" : stored(editor.getHTML());
      changed(source);
    },
  });
  box.append(bar(editor, features), content);
  const had = document.activeElement === source;
  source.dataset.source = "";
  source.hidden = true;
  host.append(box);
  if (had) editor.commands.focus("end");
  return () => {
    editor.destroy();
    box.remove();
    source.hidden = false;
  };
}

function described(source: HTMLTextAreaElement): Record<string, string> {
  const by = source.getAttribute("aria-describedby");
  return by ? { "aria-describedby": by } : {};
}

function extensions(features: string[]): Extensions {
  const has = (feature: string): boolean => features.includes(feature);
  const levels = LEVELS.filter((level) => has(`h${level}`));
  const lists = has("ol") || has("ul");
  const kit = StarterKit.configure({
    bold: false, italic: false, link: false, underline: false, codeBlock: false, trailingNode: false,
    heading: levels.length ? { levels: [...levels] } : false,
    bulletList: has("ul") ? {} : false,
    orderedList: has("ol") ? {} : false,
    listItem: lists ? {} : false,
    listKeymap: lists ? {} : false,
    blockquote: has("blockquote") ? {} : false,
    horizontalRule: has("hr") ? {} : false,
    code: has("code") ? {} : false,
    strike: has("strikethrough") ? {} : false,
  });
  const more: Extensions = [kit, BlockKeys];
  if (has("bold")) more.push(ThinBold);
  if (has("italic")) more.push(ThinItalic);
  if (has("superscript")) more.push(Superscript);
  if (has("subscript")) more.push(Subscript);
  if (has("link") || has("document-link")) more.push(LinkMark);
  if (has("image") || has("embed")) more.push(Embed);
  return more;
}
