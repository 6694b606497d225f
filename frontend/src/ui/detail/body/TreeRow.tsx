import { memo } from "react";
import { fullTime, plural } from "../../../model/format";
import { findHits, marksAt, marksIn } from "../../../model/hits";
import {
  ARRAY,
  isContainer,
  type JsonDoc,
  NUMBER,
  nameOf,
  OBJECT,
  pathOf,
  STRING,
  sourceOf,
} from "../../../model/json";
import { momentOf, momentText, previewOf } from "../../../model/jsontree";
import type { FilterMark } from "../../../model/types";
import { ChevronIcon, Marked } from "../../parts";
import css from "./Body.module.css";

interface TreeRowProps {
  doc: JsonDoc;
  n: number;
  open: boolean;
  current: boolean;
  /** What is looked for, to mark it. */
  words: string;
  /** What the list was filtered by, marked as well while nothing is looked for. */
  marks: readonly FilterMark[];
  /** Ms since 1970, to judge what is a moment. */
  now: number;
  onPick(n: number): void;
  onFold(n: number, open: boolean): void;
}

/** A row holds no more of a value than this; the rest is under the tree. */
const MOST = 400;

/** One value of the tree. */
export const TreeRow = memo(function TreeRow(props: TreeRowProps) {
  const { doc, n, open, current, words, marks, now, onPick, onFold } = props;
  const depth = doc.depth[n] ?? 0;
  const holds = isContainer(doc, n);
  const parent = doc.parent[n] ?? -1;
  const looked = words === "" ? undefined : [{ in: "any", text: words }];
  const named = looked ?? marksIn(marks, "body").filter((m) => m.key === undefined);
  const valued = looked ?? marksAt(marks, () => pathOf(doc, n));
  const moment = momentOf(doc, n, now);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the focus and takes the keys
    <div
      id={`json-${n}`}
      role="treeitem"
      tabIndex={-1}
      aria-level={depth + 1}
      aria-expanded={holds && doc.size[n] ? open : undefined}
      aria-selected={current}
      aria-posinset={(doc.place[n] ?? 0) + 1}
      aria-setsize={parent < 0 ? 1 : doc.size[parent]}
      className={css.row}
      style={{ paddingLeft: 12 + depth * 16, backgroundSize: `${depth * 16}px 100%` }}
      onClick={() => {
        onPick(n);
        if (holds && String(getSelection()) === "") onFold(n, !open);
      }}
    >
      <span className={css.fold} data-open={open} aria-hidden="true">
        {holds && doc.size[n] ? <ChevronIcon size={12} /> : null}
      </span>
      <Name doc={doc} n={n} marks={named} />
      {holds ? <Summary doc={doc} n={n} open={open} /> : <Value doc={doc} n={n} marks={valued} />}
      {doc.again[n] === 1 && (
        <span
          className={css.again}
          title="The object has this name more than once; most readers take the last"
        >
          duplicate
        </span>
      )}
      {moment !== undefined && (
        <span className={css.moment} title={fullTime(new Date(moment).toISOString())}>
          {momentText(moment, now)}
        </span>
      )}
    </div>
  );
});

function Name({ doc, n, marks }: { doc: JsonDoc; n: number; marks: readonly FilterMark[] }) {
  const name = nameOf(doc, n);
  if (name !== undefined)
    return (
      <>
        <span className={css.name}>{name === "" ? '""' : found(name.slice(0, MOST), marks)}</span>
        <span className={css.colon}>:</span>
      </>
    );
  if (n === 0) return null;
  return (
    <>
      <span className={css.index}>{doc.place[n]}</span>
      <span className={css.colon}>:</span>
    </>
  );
}

function Summary({ doc, n, open }: { doc: JsonDoc; n: number; open: boolean }) {
  const size = doc.size[n] ?? 0;
  const isObject = doc.kind[n] === OBJECT;
  if (size === 0) return <span className={css.summary}>{isObject ? "{ }" : "[ ]"}</span>;
  return (
    <>
      <span className={css.summary}>
        {isObject ? "{" : "["} {plural(size, isObject ? "key" : "item")} {isObject ? "}" : "]"}
      </span>
      {!open && <span className={css.preview}>{previewOf(doc, n)}</span>}
    </>
  );
}

function Value({ doc, n, marks }: { doc: JsonDoc; n: number; marks: readonly FilterMark[] }) {
  const kind = doc.kind[n] ?? ARRAY;
  const from = doc.from[n] ?? 0;
  const to = doc.to[n] ?? 0;
  const cut = to - from > MOST;
  const source = cut ? `${doc.text.slice(from, from + MOST)}…` : sourceOf(doc, n);
  const look = kind === STRING ? "string" : kind === NUMBER ? "number" : "word";
  return (
    <span className={css.value} data-kind={look}>
      {found(source, marks)}
    </span>
  );
}

const found = (text: string, marks: readonly FilterMark[]) => (
  <Marked text={text} hits={findHits(text, marks, 100)} />
);
