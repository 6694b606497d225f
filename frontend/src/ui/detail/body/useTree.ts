import { useCallback, useMemo, useState } from "react";
import { isContainer, type JsonDoc } from "../../../model/json";
import { allFolds, firstFolds, fold, foldLevel, noFolds, reveal, rowsOf } from "../../../model/jsontree";

export type Tree = ReturnType<typeof useTree>;

/** What of a document is unfolded, which values that shows, and which one is current. */
export function useTree(doc: JsonDoc) {
  const [folds, setFolds] = useState(() => firstFolds(doc));
  const [current, setCurrent] = useState(0);
  const rows = useMemo(() => rowsOf(doc, folds), [doc, folds]);
  const set = useCallback(
    (n: number, open: boolean) => {
      if (isContainer(doc, n)) setFolds((now) => fold(now, n, open));
    },
    [doc],
  );
  return {
    folds,
    rows,
    current,
    setCurrent,
    set,
    /** Row of a value, -1 while it is folded away. */
    rowOf: (n: number) => indexIn(rows, n),
    openAll: () => setFolds(allFolds(doc)),
    /** The current value goes to the outermost one around it. */
    closeAll: () => {
      setFolds(noFolds(doc));
      let at = current;
      while ((doc.depth[at] ?? 0) > 1) at = doc.parent[at] ?? 0;
      setCurrent(at);
    },
    /** Unfolds all that stand beside a value. */
    openBeside: (n: number) => setFolds((now) => foldLevel(doc, now, n)),
    /** Makes it current, unfolding what is around it. */
    goTo: (n: number) => {
      setFolds((now) => reveal(doc, now, n));
      setCurrent(n);
    },
  };
}

/** Place of a value in the sorted rows, -1 when it is not there. */
function indexIn(rows: Uint32Array, n: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = rows[middle] ?? 0;
    if (at === n) return middle;
    if (at < n) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
