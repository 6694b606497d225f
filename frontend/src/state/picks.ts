import type { LiveList } from "./livelist";
import type { Selection } from "./selection";
import { createStore } from "./store";

/** At most so many are picked one by one; a filter names more. */
export const MOST_PICKS = 1_000;

export type Picks = ReturnType<typeof createPicks>;

/**
 * Several requests chosen together, besides the one that is open. Empty is the
 * usual: then whatever is done is done to the open one. A range goes from the
 * anchor, the request that was open when picking began or toggled last.
 */
export function createPicks(list: LiveList, selection: Selection) {
  const store = createStore<ReadonlySet<number>>(new Set());
  let anchor: number | undefined;

  /** The picks to begin with: the open request, when the person chose it. */
  const begin = (): Set<number> => {
    if (store.get().size > 0) return new Set(store.get());
    const { seq, chosen } = selection.store.get();
    anchor = seq;
    return new Set(seq !== undefined && chosen ? [seq] : []);
  };
  const put = (next: Set<number>) => {
    if (next.size <= MOST_PICKS) store.set(next);
  };
  return {
    store,
    /** Takes a request in, or out. */
    toggle(seq: number): void {
      const next = begin();
      if (!next.delete(seq)) next.add(seq);
      anchor = seq;
      put(next);
    },
    /** Picks everything loaded from the anchor to a position; what was picked elsewhere is let go. */
    rangeTo(index: number): void {
      begin();
      const from = anchor === undefined ? -1 : list.indexOf(anchor);
      const start = from < 0 ? index : from;
      const next = new Set<number>();
      for (let i = Math.min(start, index); i <= Math.max(start, index) && next.size < MOST_PICKS; i++) {
        const row = list.row(i);
        if (row) next.add(row.seq);
      }
      put(next);
    },
    clear(): void {
      anchor = undefined;
      if (store.get().size > 0) store.set(new Set());
    },
    /** The picked seqs, oldest first. */
    seqs(): number[] {
      return [...store.get()].sort((a, b) => a - b);
    },
  };
}
