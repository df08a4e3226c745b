// The CodeMirror side of `code.ts`, loaded when a page has such a field.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { markdown } from "@codemirror/lang-markdown";
import { defaultHighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { changed, make } from "../lib/dom";

/** Puts an editor beside the textarea, which stays the field that is posted. */
export function mount(host: HTMLElement, source: HTMLTextAreaElement, language: string, label: string): () => void {
  const box = make("div", { class: "code-editor", "data-made": true });
  const view = new EditorView({
    parent: box,
    state: EditorState.create({
      doc: source.value,
      extensions: [
        history(),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        language === "json" ? json() : markdown(),
        syntaxHighlighting(defaultHighlightStyle),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-labelledby": label, ...(source.getAttribute("aria-describedby") ? { "aria-describedby": source.getAttribute("aria-describedby") ?? "" } : {}) }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          source.value = update.state.doc.toString();
          changed(source);
        }),
      ],
    }),
  });
  const had = document.activeElement === source;
  source.dataset.source = "";
  source.hidden = true;
  host.append(box);
  if (had) view.focus();
  return () => {
    view.destroy();
    box.remove();
    source.hidden = false;
  };
}
