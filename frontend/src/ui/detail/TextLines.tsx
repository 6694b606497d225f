import { useElementSize } from "@mantine/hooks";
import { type ReactNode, useContext, useMemo } from "react";
import { findHits, type MarkPlace, marksIn } from "../../model/hits";
import { Marked, VirtualList } from "../parts";
import css from "./Detail.module.css";
import { Marks, useHits } from "./marks";

/** Up to this long a text is one element that wraps; selecting and searching then work as everywhere. */
const SHORT = 120_000;
/** Width of a character in px, rounded up, and the room beside the text. */
const CHARACTER = 7.6;
const MARGINS = 48;

interface TextLinesProps {
  text: string;
  /** Accessible name. */
  label: string;
  /** What stands at the end of each line, between what ends it and the next one. */
  marks?: boolean;
  /** What of the filter is marked in it. */
  place?: MarkPlace;
}

/** Text exactly as it is, of any length. */
export function TextLines({ text, label, marks, place = "body" }: TextLinesProps) {
  const short = text.length <= SHORT;
  const hits = useHits(short ? text : "", place);
  const wanted = useContext(Marks);
  const inPlace = useMemo(() => marksIn(wanted, place), [wanted, place]);
  const { ref, width } = useElementSize();
  const wide = Math.max(20, Math.floor((width - MARGINS) / CHARACTER));
  const lines = useMemo(
    () => (short || width === 0 ? [] : breakLines(text, wide)),
    [short, text, width, wide],
  );
  if (short)
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
      <section className={`${css.fill} ${css.textScroll}`} aria-label={label} tabIndex={0}>
        <pre className={css.text}>{marks ? withMarks(text) : <Marked text={text} hits={hits} />}</pre>
      </section>
    );
  return (
    <div className={css.view} ref={ref}>
      <VirtualList
        className={`${css.fill} ${css.textList}`}
        aria-label={label}
        role="document"
        tabIndex={0}
        count={lines.length}
        rowHeight={20}
        row={(i) => {
          const line = lines[i] ?? "";
          if (marks) return <div className={css.textLine}>{withMarks(line)}</div>;
          const shown = line.replace(/\r?\n$/, "");
          return (
            <div className={css.textLine}>
              <Marked text={shown} hits={findHits(shown, inPlace)} />
            </div>
          );
        }}
      />
    </div>
  );
}

/** CR and LF shown where they stand. */
function withMarks(text: string): ReactNode[] {
  return text.split(/(\r\n|\r|\n)/).map((part, i) => {
    if (i % 2 === 0) return part;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never move
      <span key={i}>
        <span className={css.mark}>{part === "\r\n" ? "␍␊" : part === "\r" ? "␍" : "␊"}</span>
        {part === "\r" ? "" : "\n"}
      </span>
    );
  });
}

/** Lines with their ends, those of more than `wide` characters in pieces. Surrogate pairs stay together. */
export function breakLines(text: string, wide: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    const stop = end < 0 ? text.length : end + 1;
    while (at < stop) {
      let to = Math.min(stop, at + wide);
      // The line break goes with the last piece.
      if (stop - to <= 2) to = stop;
      else if (isHigh(text.charCodeAt(to - 1))) to++;
      lines.push(text.slice(at, to));
      at = to;
    }
  }
  return lines;
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
