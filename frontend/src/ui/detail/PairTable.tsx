import { type ReactNode, useContext, useState } from "react";
import { termFor } from "../../model/filtertext";
import { count } from "../../model/format";
import { findHits, type MarkPlace, marksIn } from "../../model/hits";
import type { Pair } from "../../model/types";
import { useDesk } from "../../state/desk";
import { narrow } from "../../state/filters";
import { CopyButton, EmptyState, IconButton, inputClass, Marked, SearchIcon } from "../parts";
import css from "./Detail.module.css";
import { Marks } from "./marks";

/** From how many pairs on a table can be narrowed. */
const LONG = 12;
/** More rows than this are not drawn; copying takes them all. */
const MOST = 1_000;

interface PairTableProps {
  title: string;
  pairs: readonly Pair[];
  /** All pairs as text, to copy. */
  all(): string;
  /** What a value shows as; the value itself when absent. */
  value?(value: string, index: number): ReactNode;
  extra?: ReactNode;
  /** What of the filter is marked in them; nothing when absent. */
  place?: MarkPlace;
}

/** Names and values in their order, each to copy; a long table can be narrowed. */
export function PairTable({ title, pairs, all, value, extra, place }: PairTableProps) {
  const desk = useDesk();
  const marks = useContext(Marks);
  const [words, setWords] = useState("");
  const found = (text: string, name: string) =>
    place && marks.length > 0 ? (
      <Marked text={text} hits={findHits(text, marksIn(marks, place, name))} />
    ) : (
      text
    );
  const needle = words.trim().toLowerCase();
  const shown = pairs
    .map((pair, index) => ({ pair, index }))
    .filter(({ pair }) => needle === "" || `${pair[0]}: ${pair[1]}`.toLowerCase().includes(needle));
  return (
    <section className={css.section} aria-label={title}>
      <div className={css.sectionHead}>
        <h3>{title}</h3>
        <span className={css.dim}>
          {needle === "" ? count(pairs.length) : `${count(shown.length)} of ${count(pairs.length)}`}
        </span>
        {extra}
        <span className={css.space} />
        {pairs.length > LONG && (
          <input
            className={`${inputClass} ${css.find}`}
            type="search"
            aria-label={`Narrow ${title.toLowerCase()}`}
            placeholder="Narrow"
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        )}
        <CopyButton small label="Copy all" onCopy={() => desk.host.copyText(all())} />
      </div>
      {shown.length === 0 && <EmptyState title="Nothing has these words" />}
      <table className={css.table}>
        <tbody>
          {shown.slice(0, MOST).map(({ pair: [name, text], index }) => (
            <tr key={index}>
              <th scope="row">{found(name, "")}</th>
              <td>
                {value?.(text, index) ?? (text ? found(text, name) : <span className={css.none}>empty</span>)}
              </td>
              <td>
                <FilterBy field={place && `${place}.${name.toLowerCase()}`} name={name} value={text} />
                <CopyButton iconOnly label={`Copy ${name}`} onCopy={() => desk.host.copyText(text)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length > MOST && (
        <p className={css.dim}>The first {count(MOST)} are shown; “Copy all” takes every one.</p>
      )}
    </section>
  );
}

/** Narrows the list to what has this value under this name, where a filter can say so. */
function FilterBy({ field, name, value }: { field: string | undefined; name: string; value: string }) {
  const desk = useDesk();
  const term = field === undefined ? undefined : termFor(field, value);
  if (term === undefined) return null;
  return (
    <IconButton
      label={`Filter by this ${name}`}
      icon={<SearchIcon size={14} />}
      onClick={() => narrow(desk, term)}
    />
  );
}

/** "Name: value" on lines of their own. */
export const headerLines = (pairs: readonly Pair[]): string =>
  pairs.map(([name, value]) => `${name}: ${value}`).join("\n");
