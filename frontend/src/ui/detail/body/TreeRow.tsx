import { memo, type ReactNode } from "react";
import { fullTime, plural } from "../../../model/format";
import {
  ARRAY,
  isContainer,
  type JsonDoc,
  NUMBER,
  nameOf,
  OBJECT,
  STRING,
  sourceOf,
} from "../../../model/json";
import { momentOf, momentText, previewOf } from "../../../model/jsontree";
import { ChevronIcon } from "../../parts";
import css from "./Body.module.css";

interface TreeRowProps {
  doc: JsonDoc;
  n: number;
  open: boolean;
  current: boolean;
  /** What is looked for, to mark it. */
  words: string;
  /** Ms since 1970, to judge what is a moment. */
  now: number;
  onPick(n: number): void;
  onFold(n: number, open: boolean): void;
}

/** A row holds no more of a value than this; the rest is under the tree. */
const MOST = 400;

/** One value of the tree. */
export const TreeRow = memo(function TreeRow(props: TreeRowProps) {
  const { doc, n, open, current, words, now, onPick, onFold } = props;
  const depth = doc.depth[n] ?? 0;
  const holds = isContainer(doc, n);
  const parent = doc.parent[n] ?? -1;
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
      <Name doc={doc} n={n} words={words} />
      {holds ? <Summary doc={doc} n={n} open={open} /> : <Value doc={doc} n={n} words={words} />}
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

function Name({ doc, n, words }: { doc: JsonDoc; n: number; words: string }) {
  const name = nameOf(doc, n);
  if (name !== undefined)
    return (
      <>
        <span className={css.name}>{name === "" ? '""' : marked(name.slice(0, MOST), words)}</span>
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

function Value({ doc, n, words }: { doc: JsonDoc; n: number; words: string }) {
  const kind = doc.kind[n] ?? ARRAY;
  const from = doc.from[n] ?? 0;
  const to = doc.to[n] ?? 0;
  const cut = to - from > MOST;
  const source = cut ? `${doc.text.slice(from, from + MOST)}…` : sourceOf(doc, n);
  const look = kind === STRING ? "string" : kind === NUMBER ? "number" : "word";
  return (
    <span className={css.value} data-kind={look}>
      {marked(source, words)}
    </span>
  );
}

/** The text with what is looked for marked in it. */
function marked(text: string, words: string): ReactNode {
  if (words === "") return text;
  const hay = text.toLowerCase();
  const needle = words.toLowerCase();
  if (hay.length !== text.length) return text;
  const parts: ReactNode[] = [];
  let at = 0;
  for (let hit = hay.indexOf(needle); hit >= 0; hit = hay.indexOf(needle, at)) {
    parts.push(text.slice(at, hit), <mark key={hit}>{text.slice(hit, hit + needle.length)}</mark>);
    at = hit + needle.length;
  }
  return parts.length === 0 ? text : [...parts, text.slice(at)];
}
