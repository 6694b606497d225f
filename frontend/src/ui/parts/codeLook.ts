import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { styleNonce } from "./nonce";

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.tagName], color: "var(--accent)" },
  { tag: [tags.string, tags.attributeValue], color: "var(--good)" },
  { tag: tags.number, color: "var(--info)" },
  { tag: [tags.bool, tags.null, tags.keyword], color: "var(--purple)" },
  { tag: [tags.comment, tags.processingInstruction], color: "var(--faint)" },
  { tag: tags.attributeName, color: "var(--info)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", color: "var(--text)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px", overflow: "auto" },
  ".cm-content": { padding: "10px 0" },
  ".cm-gutters": { backgroundColor: "transparent", border: "0", color: "var(--faint)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "34px", padding: "0 4px 0 8px" },
  ".cm-foldPlaceholder": {
    backgroundColor: "var(--line2)",
    border: "0",
    color: "var(--dim)",
    padding: "0 6px",
    margin: "0 2px",
  },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 26%, transparent)",
  },
  ".cm-selectionMatch, .cm-searchMatch, .cm-found, .cm-found span": {
    backgroundColor: "var(--hit)",
    color: "var(--hit-text)",
  },
  ".cm-searchMatch-selected": { outline: "2px solid var(--accent)" },
  ".cm-panels": { backgroundColor: "var(--panel2)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-textfield": { backgroundColor: "var(--panel)", border: "1px solid var(--edge)", borderRadius: "4px" },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--panel)",
    border: "1px solid var(--line)",
    borderRadius: "4px",
  },
});

/** The look of every editor, nonce included. */
export function codeLook(): Extension {
  return [EditorView.cspNonce.of(styleNonce()), look, syntaxHighlighting(highlight)];
}
