import { useEffect, useRef } from "react";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { html } from "@codemirror/lang-html";
import { HighlightStyle, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const LOOK = EditorView.theme({
  "&": { fontSize: "13px", border: "1px solid var(--line-strong)", borderRadius: "6px" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", minHeight: "320px", maxHeight: "60vh" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": {
    background: "var(--sunken)",
    color: "var(--text-soft)",
    borderRight: "1px solid var(--line)",
  },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    background: "var(--accent-tint)",
  },
});

const COLOURS = HighlightStyle.define([
  { tag: tags.tagName, color: "var(--accent)" },
  { tag: tags.attributeName, color: "var(--warn)" },
  { tag: tags.attributeValue, color: "var(--good)" },
  { tag: tags.comment, color: "var(--text-soft)" },
]);

function extensions(isHtml: boolean, label: string, onChange: (text: string) => void) {
  return [
    lineNumbers(),
    history(),
    drawSelection(),
    bracketMatching(),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label }),
    // The Tab key leaves the editor, as it leaves every field.
    keymap.of([...defaultKeymap, ...historyKeymap]),
    LOOK,
    syntaxHighlighting(COLOURS),
    ...(isHtml ? [html()] : []),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
  ];
}

/**
 * A text to be edited: `text` is what it begins with; another key begins anew. It lives in a shadow
 * tree: there its style sheets are constructed, which the Content-Security-Policy allows, and not
 * written into the document, which it does not.
 */
export default function Editor(props: {
  text: string;
  label: string;
  isHtml: boolean;
  onChange: (text: string) => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(props.onChange);
  latest.current = props.onChange;
  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
    const view = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: props.text,
        extensions: extensions(props.isHtml, props.label, (text) => latest.current(text)),
      }),
    });
    return () => view.destroy();
  }, [props.isHtml, props.label]);
  return <div ref={host} class="editor" />;
}
