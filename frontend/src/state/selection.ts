import type { LiveList } from "./livelist";
import { createStore } from "./store";

export interface Selected {
  /** The request shown in the detail. */
  seq: number | undefined;
  /** The request marked with D, the left side of the next comparison. */
  marked: number | undefined;
  /** True when the person chose it, false when the page did. */
  chosen: boolean;
}

export type Selection = ReturnType<typeof createSelection>;

/** Which request is open. It holds on to the request, not to the position. */
export function createSelection(list: LiveList) {
  const store = createStore<Selected>({ seq: undefined, marked: undefined, chosen: false });
  // Where the selected row stood when it was last loaded.
  let ordinal: number | undefined;

  const index = (): number => {
    const { seq } = store.get();
    if (seq === undefined) return -1;
    ordinal = list.ordinalOf(seq) ?? ordinal;
    return ordinal === undefined ? -1 : list.indexOfOrdinal(ordinal);
  };
  const select = (seq: number | undefined, chosen = true): void => {
    ordinal = seq === undefined ? undefined : list.ordinalOf(seq);
    store.update((now) => ({ ...now, seq, chosen }));
  };
  return {
    store,
    select,
    /** The person does something with the open request: it stays open from now on. */
    keep(): void {
      store.update((now) => (now.seq === undefined || now.chosen ? now : { ...now, chosen: true }));
    },
    /** Position in the list, -1 when it is unknown. */
    index,
    /** Selects the row at a position, clamped; returns the position, -1 when its row is not loaded yet. */
    selectIndex(at: number): number {
      if (list.length === 0) return -1;
      const to = Math.max(0, Math.min(list.length - 1, at));
      const row = list.row(to);
      if (!row) return -1;
      select(row.seq);
      return to;
    },
    mark(seq: number | undefined): void {
      store.update((now) => ({ ...now, marked: seq }));
    },
    /** After a reload: the request keeps its place when the list still has it, else it has none. */
    afterReset(): void {
      const { seq } = store.get();
      if (seq === undefined || list.ordinalOf(seq) !== undefined) {
        index();
      } else {
        ordinal = undefined;
      }
    },
  };
}
