import { type KeyboardEvent, useContext, useEffect, useRef } from "react";
import { isContainer, type JsonDoc, pathOf, STRING, sourceOf, unquote } from "../../../model/json";
import { copyText } from "../../../model/jsontree";
import { useDesk } from "../../../state/desk";
import { VirtualList, type VirtualListHandle } from "../../parts";
import { Marks, OfRequest } from "../marks";
import css from "./Body.module.css";
import { Find, useFind } from "./Find";
import { TreeRow } from "./TreeRow";
import { TreeTools } from "./TreeTools";
import { useTree } from "./useTree";

const ROW = 22;
/** Longer text is shown whole under the tree when it is the current value. */
const LONG = 60;

/** A JSON document as a tree; only the rows in view are drawn. */
export function TreeView({ doc, tools }: { doc: JsonDoc; tools: HTMLElement | null }) {
  const { host, mac } = useDesk();
  const tree = useTree(doc);
  const { rows, current, folds } = tree;
  const list = useRef<VirtualListHandle>(null);
  const findBox = useRef<HTMLInputElement>(null);
  const find = useFind(doc, current, tree.goTo);
  const marks = useContext(Marks);
  const filterable = useContext(OfRequest);
  const now = useRef(Date.now()).current;
  const at = tree.rowOf(current);

  useEffect(() => {
    if (at >= 0) list.current?.scrollTo(at);
  }, [at]);

  const moveTo = (row: number) => {
    const n = rows[Math.max(0, Math.min(rows.length - 1, row))];
    if (n !== undefined) tree.setCurrent(n);
  };
  const isOpen = (n: number) => folds[n] === 1 && isContainer(doc, n);
  const left = () => {
    if (isOpen(current)) tree.set(current, false);
    else if (current > 0) tree.setCurrent(doc.parent[current] ?? 0);
  };
  const right = () => {
    if (!isContainer(doc, current)) return;
    if (!isOpen(current)) tree.set(current, true);
    else if (doc.size[current]) tree.setCurrent(current + 1);
  };
  const page = () => list.current?.page() ?? 1;
  const toggle = () => tree.set(current, !isOpen(current));
  const keys = new Map<string, () => void>([
    ["ArrowDown", () => moveTo(at + 1)],
    ["ArrowUp", () => moveTo(at - 1)],
    ["ArrowLeft", left],
    ["ArrowRight", right],
    ["Home", () => moveTo(0)],
    ["End", () => moveTo(rows.length - 1)],
    ["PageDown", () => moveTo(at + page())],
    ["PageUp", () => moveTo(at - page())],
    ["Enter", toggle],
    [" ", toggle],
    ["*", () => tree.openBeside(current)],
  ]);
  const onKeyDown = (event: KeyboardEvent) => {
    const command = mac ? event.metaKey : event.ctrlKey;
    if (command && event.key === "f") findBox.current?.focus();
    else if (command && event.key === "c" && String(getSelection()) === "")
      void host.copyText(copyText(doc, current));
    else {
      const run = command || event.altKey ? undefined : keys.get(event.key);
      if (!run) return;
      run();
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const long = longText(doc, current);
  return (
    <>
      <TreeTools
        doc={doc}
        tree={tree}
        place={tools}
        find={<Find find={find} box={findBox} />}
        filterable={filterable}
      />
      <VirtualList
        handle={list}
        className={css.tree}
        role="tree"
        aria-label="Body as a tree"
        aria-activedescendant={at < 0 ? undefined : `json-${current}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        count={rows.length}
        rowHeight={ROW}
        row={(i) => {
          const n = rows[i] ?? 0;
          return (
            <TreeRow
              doc={doc}
              n={n}
              open={isOpen(n)}
              current={n === current}
              words={find.words}
              marks={marks}
              now={now}
              onPick={tree.setCurrent}
              onFold={tree.set}
            />
          );
        }}
      />
      {long !== undefined && (
        <section className={css.whole} aria-label={`Value of ${pathOf(doc, current)}`}>
          <pre>{long}</pre>
        </section>
      )}
    </>
  );
}

/** The current value when it is text too long for a row. */
function longText(doc: JsonDoc, n: number): string | undefined {
  if (doc.kind[n] !== STRING) return undefined;
  const source = sourceOf(doc, n);
  if (source.length <= LONG && !source.includes("\\n")) return undefined;
  return unquote(source);
}
