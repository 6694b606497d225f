import { createContext, useContext, useMemo } from "react";
import { findHits, type Hit, type MarkPlace, marksIn } from "../../model/hits";
import type { FilterMark } from "../../model/types";

/** What the list was filtered by. Only what the filter looks at is under it: no answers, nothing sent on. */
export const Marks = createContext<readonly FilterMark[]>([]);

/** Whether what is shown is of the request itself, which a filter can look at. */
export const OfRequest = createContext(false);

const NONE: Hit[] = [];

/** Where the filter's words stand in a text. */
export function useHits(text: string, place: MarkPlace): Hit[] {
  const marks = useContext(Marks);
  return useMemo(
    () => (marks.length === 0 ? NONE : findHits(text, marksIn(marks, place))),
    [marks, text, place],
  );
}
