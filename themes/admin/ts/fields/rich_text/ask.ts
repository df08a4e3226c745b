// The strip under the tool bar that asks where a link leads or what to embed.
import type { Editor } from "@tiptap/core";
import { choose } from "../../lib/choose";
import { icon, make } from "../../lib/dom";

function strip(editor: Editor, ...parts: HTMLElement[]): { element: HTMLElement; close: () => void } {
  const box = editor.view.dom.closest(".rich");
  box?.querySelector(".rich-ask")?.remove();
  const element = make("div", { class: "rich-ask" }, ...parts);
  const close = (): void => {
    element.remove();
    editor.commands.focus();
  };
  const cancel = make("button", { class: "tool", type: "button" }, icon("close"), "Cancel");
  cancel.addEventListener("click", close);
  element.append(cancel);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  box?.querySelector(".rich-bar")?.after(element);
  return { element, close };
}

function button(text: string, name: string, run: () => void): HTMLButtonElement {
  const made = make("button", { class: "button button-small", type: "button" }, icon(name), text);
  made.addEventListener("click", run);
  return made;
}

function address(label: string, value: string, run: () => void): HTMLInputElement {
  const input = make("input", { class: "input", type: "url", "aria-label": label, placeholder: "https://" });
  input.value = value;
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    run();
  });
  return input;
}

function link(editor: Editor, attributes: Record<string, string | null>, text: string): void {
  const { empty } = editor.state.selection;
  if (empty && !editor.isActive("link")) editor.chain().focus().insertContent({ type: "text", text, marks: [{ type: "link", attrs: attributes }] }).run();
  else editor.chain().focus().extendMarkRange("link").setMark("link", attributes).run();
}

/** Asks for an address or a page, and links the selection (or the title) to it. */
export function askForLink(editor: Editor): void {
  const present = editor.getAttributes("link");
  const apply = (): void => {
    const href = input.value.trim();
    if (!href) return input.focus();
    asked.close();
    link(editor, { href, linktype: null, id: null }, href);
  };
  const input = address("Address to link to", String(present.href ?? ""), apply);
  const page = button("A page of this site", "page", () => {
    void choose("page").then((choice) => {
      if (!choice) return;
      asked.close();
      link(editor, { href: null, linktype: "page", id: choice.id }, choice.title);
    });
  });
  const parts = [input, button("Link", "link", apply), page];
  if (editor.isActive("link")) {
    parts.push(button("Remove the link", "trash", () => {
      asked.close();
      editor.chain().focus().extendMarkRange("link").unsetMark("link").run();
    }));
  }
  const asked = strip(editor, ...parts);
  input.focus();
}

/** Asks for the address of a video or the like, and puts it in. */
export function askForEmbed(editor: Editor): void {
  const apply = (): void => {
    const url = input.value.trim();
    if (!url) return input.focus();
    asked.close();
    editor.chain().focus().insertContent({ type: "embed", attrs: { embedtype: "media", url } }).run();
  };
  const input = address("Address of the media", "", apply);
  const asked = strip(editor, input, button("Insert", "media", apply));
  input.focus();
}
