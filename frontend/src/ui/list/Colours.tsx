import { type Ref, useMemo } from "react";
import { tokenize } from "../../model/filtertext";
import css from "./Filter.module.css";

interface ColoursProps {
  text: string;
  /** Where it is at fault, in UTF-16 units from 0; undefined when it is not. */
  fault: number | undefined;
  place: Ref<HTMLDivElement>;
}

/** The text of the filter box in colours. It lies under the box, whose own text is transparent. */
export function Colours({ text, fault, place }: ColoursProps) {
  const parts = useMemo(() => {
    let at = 0;
    return tokenize(text).flatMap((token) => {
      const from = at;
      at += token.text.length;
      const part = { ...token, from, bad: false };
      if (fault === undefined || fault < from || fault >= at || token.kind === "blank") return [part];
      const split = fault - from;
      return [
        { ...part, text: token.text.slice(0, split) },
        { ...part, text: token.text.slice(split), from: fault, bad: true },
      ].filter((p) => p.text !== "");
    });
  }, [text, fault]);
  return (
    <div className={css.colours} aria-hidden="true" ref={place}>
      {parts.map((part) => (
        <span key={part.from} data-kind={part.kind} data-bad={part.bad || undefined}>
          {part.text}
        </span>
      ))}
      {fault !== undefined && fault >= text.length && <span data-bad> </span>}
    </div>
  );
}
