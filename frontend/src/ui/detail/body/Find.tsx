import { type KeyboardEvent, type RefObject, useDeferredValue, useMemo, useState } from "react";
import { count } from "../../../model/format";
import type { JsonDoc } from "../../../model/json";
import { findValues } from "../../../model/jsontree";
import { ArrowUpIcon, IconButton, inputClass } from "../../parts";
import detail from "../Detail.module.css";
import css from "./Body.module.css";

export interface Found {
  /** What was typed. */
  text: string;
  setText(text: string): void;
  /** What is marked: follows `text` when there is time. */
  words: string;
  total: number;
  /** Place of the current value among the hits, from 1; 0 when it is none. */
  place: number;
  go(step: 1 | -1): void;
}

const MOST = 10_000;

/** Looks for names and values that hold a text. */
export function useFind(doc: JsonDoc, current: number, goTo: (n: number) => void): Found {
  const [text, setText] = useState("");
  const words = useDeferredValue(text);
  const hits = useMemo(() => findValues(doc, words, MOST), [doc, words]);
  return {
    text,
    setText,
    words,
    total: hits.length,
    place: hits.indexOf(current) + 1,
    go(step) {
      // Enter may come before the marks have followed.
      const fresh = text === words ? hits : findValues(doc, text, MOST);
      const next =
        step > 0
          ? (fresh.find((n) => n > current) ?? fresh[0])
          : (fresh.findLast((n) => n < current) ?? fresh.at(-1));
      if (next !== undefined) goTo(next);
    },
  };
}

export function Find({ find, box }: { find: Found; box: RefObject<HTMLInputElement | null> }) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") find.go(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && find.text !== "") find.setText("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const none = find.total === 0;
  return (
    <search className={css.find}>
      <span className={css.findBox}>
        <input
          ref={box}
          className={`${inputClass} ${detail.find}`}
          aria-label="Find in the body"
          placeholder="Find"
          spellCheck={false}
          value={find.text}
          onChange={(event) => find.setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <span className={css.found} role="status">
          {find.words !== "" && hitsText(find)}
        </span>
      </span>
      <span className={css.steps}>
        <IconButton
          label="Previous hit"
          kbd="Shift Enter"
          icon={<ArrowUpIcon size={14} />}
          disabled={none}
          onClick={() => find.go(-1)}
        />
        <IconButton
          label="Next hit"
          kbd="Enter"
          icon={<ArrowUpIcon size={14} />}
          className={css.down}
          disabled={none}
          onClick={() => find.go(1)}
        />
      </span>
    </search>
  );
}

/** "3/17", "17" while none of them is current, "none". */
function hitsText({ total, place }: Found): string {
  if (total === 0) return "none";
  const all = `${count(total)}${total === MOST ? "+" : ""}`;
  return place === 0 ? all : `${count(place)}/${all}`;
}
