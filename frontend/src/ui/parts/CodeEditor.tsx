import { history, historyKeymap } from "@codemirror/commands";
import { html } from "@codemirror/lang-html";
import { json } from "@codemirror/lang-json";
import { xml } from "@codemirror/lang-xml";
import { bracketMatching, foldGutter, foldKeymap } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { CodeLanguage, CodeViewProps } from "./CodeView";
import { codeLook } from "./codeLook";
import css from "./parts.module.css";

const FOUND = Decoration.mark({ class: "cm-found" });

const LANGUAGES: Record<CodeLanguage, () => Extension> = { json, xml, html };

/** The editor behind CodeView, in a file of its own: it is loaded when it is first wanted. */
export default function CodeEditor({
  text,
  label,
  language,
  onChange,
  wrap,
  hits,
  className,
}: CodeViewProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const changed = useRef(onChange);
  changed.current = onChange;
  const editable = onChange !== undefined;
  const part = useRef(new Compartment());
  const hitsPart = useRef(new Compartment());
  const initial = useRef(text);
  initial.current = text;

  useEffect(() => {
    if (!place.current) return;
    const compartment = part.current;
    const marks = hitsPart.current;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: initial.current,
        extensions: [
          codeLook(),
          lineNumbers(),
          foldGutter(),
          drawSelection(),
          bracketMatching(),
          search({ top: true }),
          highlightSelectionMatches(),
          keymap.of([...searchKeymap, ...foldKeymap]),
          editable ? [history(), keymap.of(historyKeymap)] : [],
          EditorState.readOnly.of(!editable),
          EditorView.contentAttributes.of({
            "aria-label": label,
            tabindex: "0",
            ...(editable ? {} : { "aria-readonly": "true" }),
          }),
          EditorView.editable.of(editable),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current?.(update.state.doc.toString());
          }),
          compartment.of([]),
          marks.of([]),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [editable, label]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new view (editable, label) needs them too
  useEffect(() => {
    const extensions = [language ? LANGUAGES[language]() : [], wrap ? EditorView.lineWrapping : []];
    view.current?.dispatch({ effects: part.current.reconfigure(extensions) });
  }, [language, wrap, editable, label]);

  useEffect(() => {
    const v = view.current;
    if (v && v.state.doc.toString() !== text) {
      // What was marked belongs to the old text.
      v.dispatch({
        changes: { from: 0, to: v.state.doc.length, insert: text },
        effects: hitsPart.current.reconfigure([]),
      });
    }
  }, [text]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another text or view has its own marks
  useEffect(() => {
    const v = view.current;
    if (!v || !hits) return;
    const within = hits.filter((hit) => hit.to <= v.state.doc.length);
    const found = Decoration.set(within.map(({ from, to }) => FOUND.range(from, to)));
    const first = within[0];
    v.dispatch({
      effects: [
        hitsPart.current.reconfigure(EditorView.decorations.of(found)),
        ...(first ? [EditorView.scrollIntoView(first.from, { y: "nearest", yMargin: 40 })] : []),
      ],
    });
  }, [hits, text, editable, label]);

  return <div ref={place} className={className ? `${css.codeView} ${className}` : css.codeView} />;
}
