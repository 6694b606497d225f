import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { TransformError } from "../../../model/types";
import { codeLook } from "../../parts/codeLook";
import css from "./Transform.module.css";

export interface ScriptEditorProps {
  source: string;
  label: string;
  onChange(source: string): void;
  /** What is wrong; marked where it is. */
  error: TransformError | undefined;
}

const mark = StateEffect.define<TransformError | undefined>();

/** The marks of an error: its line, and what follows its column. They move with the text. */
const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(all, transaction) {
    let next = all.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(mark)) next = marksOf(transaction.state, effect.value);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const LINE = Decoration.line({ class: "cm-wrongLine" });
const PLACE = Decoration.mark({ class: "cm-wrongPlace" });

function marksOf(state: EditorState, error: TransformError | undefined): DecorationSet {
  if (!error?.line || error.line > state.doc.lines) return Decoration.none;
  const line = state.doc.line(error.line);
  const from = Math.min(line.from + Math.max((error.column ?? 1) - 1, 0), line.to);
  const found = [LINE.range(line.from)];
  const rest = line.text.slice(from - line.from).match(/^[\w$]+|^\S/)?.[0].length ?? 0;
  if (rest > 0) found.push(PLACE.range(from, from + rest));
  return Decoration.set(found);
}

const look = EditorView.theme({
  ".cm-wrongLine": { backgroundColor: "var(--bad-bg)" },
  ".cm-wrongPlace": { textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "3px" },
});

// Chromium keeps the look of what is typed over in inline styles, which the page's policy forbids.
const typeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType } = event;
    if (inputType !== "insertText" || !data || view.composing || view.state.selection.main.empty)
      return false;
    view.dispatch(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
    event.preventDefault();
    return true;
  },
});

// Tab is left to the page: it moves on. Ctrl+] and Ctrl+[ indent.
const writing: Extension = [
  codeLook(),
  look,
  lineNumbers(),
  history(),
  drawSelection(),
  typeOver,
  bracketMatching(),
  indentOnInput(),
  indentUnit.of("  "),
  javascript(),
  keymap.of([...defaultKeymap, ...historyKeymap]),
  marks,
];

/** The editor of a transform, in a file of its own: it is loaded when it is first wanted. */
export default function ScriptEditor({ source, label, onChange, error }: ScriptEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const changed = useRef(onChange);
  changed.current = onChange;
  const initial = useRef(source);

  useEffect(() => {
    if (!place.current) return;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: initial.current,
        extensions: [
          writing,
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    made.focus();
    return () => made.destroy();
  }, [label]);

  useEffect(() => {
    const v = view.current;
    if (v && v.state.doc.toString() !== source) {
      v.dispatch({ changes: { from: 0, to: v.state.doc.length, insert: source } });
      v.focus();
    }
  }, [source]);

  useEffect(() => view.current?.dispatch({ effects: mark.of(error) }), [error]);

  return <div ref={place} className={css.editor} />;
}
