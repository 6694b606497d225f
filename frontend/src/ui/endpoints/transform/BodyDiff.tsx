import { json } from "@codemirror/lang-json";
import { unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { codeLook } from "../../parts/codeLook";
import css from "./Transform.module.css";

const look = EditorView.theme({
  ".cm-changedLine": { backgroundColor: "var(--add) !important" },
  ".cm-changedText": { background: "transparent !important", fontWeight: "600" },
  ".cm-deletedChunk": { backgroundColor: "var(--del) !important", paddingLeft: "6px" },
  ".cm-deletedText": { background: "transparent !important", fontWeight: "600" },
  ".cm-deletedLine del": { textDecoration: "none" },
  ".cm-collapsedLines": { background: "var(--panel2)", color: "var(--faint)", fontSize: "12px" },
});

/** A body beside the one it was made of: lines that went and lines that came. */
export default function BodyDiff({
  before,
  after,
  asJson,
  label,
}: {
  before: string;
  after: string;
  asJson: boolean;
  label: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: after,
        extensions: [
          codeLook(),
          look,
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", "aria-readonly": "true" }),
          asJson ? json() : [],
          before === after
            ? []
            : unifiedMergeView({
                original: before,
                mergeControls: false,
                gutter: false,
                syntaxHighlightDeletions: true,
                collapseUnchanged: { margin: 3, minSize: 8 },
              }),
        ],
      }),
    });
    return () => view.destroy();
  }, [before, after, asJson, label]);
  return <div ref={place} className={css.body} />;
}
