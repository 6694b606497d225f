import { describe, expect, it } from "vitest";
import type { LiveList } from "./livelist";
import { createPicks, MOST_PICKS } from "./picks";
import { createSelection } from "./selection";

/** A list of these seqs, newest first; the ones in `missing` are not loaded. */
function setUp(length: number, missing: number[] = []) {
  const seqAt = (index: number) => length - index;
  const list = {
    length,
    row: (i: number) => (i < 0 || i >= length || missing.includes(seqAt(i)) ? undefined : { seq: seqAt(i) }),
    indexOf: (seq: number) => (missing.includes(seq) ? -1 : length - seq),
    ordinalOf: (seq: number) => seq,
    indexOfOrdinal: (ordinal: number) => length - ordinal,
  } as unknown as LiveList;
  const selection = createSelection(list);
  return { selection, picks: createPicks(list, selection) };
}

describe("picks", () => {
  it("begin with the open request when the person chose it", () => {
    const { selection, picks } = setUp(9);
    selection.select(5);
    picks.toggle(2);
    expect(picks.seqs()).toEqual([2, 5]);
    picks.toggle(5);
    expect(picks.seqs()).toEqual([2]);
    picks.clear();
    selection.select(5, false);
    picks.toggle(2);
    expect(picks.seqs()).toEqual([2]);
  });

  it("reach from the anchor, which stays, and let go of what was picked elsewhere", () => {
    const { selection, picks } = setUp(9);
    selection.select(5);
    picks.rangeTo(6); // seq 3
    expect(picks.seqs()).toEqual([3, 4, 5]);
    selection.select(3);
    picks.rangeTo(2); // seq 7, the other way
    expect(picks.seqs()).toEqual([5, 6, 7]);
    picks.toggle(1);
    picks.rangeTo(7); // from the one toggled last
    expect(picks.seqs()).toEqual([1, 2]);
  });

  it("leave out what is not loaded, and are bounded", () => {
    const { selection, picks } = setUp(9, [4]);
    selection.select(5);
    picks.rangeTo(6);
    expect(picks.seqs()).toEqual([3, 5]);
    const many = setUp(3 * MOST_PICKS);
    many.selection.select(3 * MOST_PICKS);
    many.picks.rangeTo(3 * MOST_PICKS - 1);
    expect(many.picks.store.get().size).toBe(MOST_PICKS);
  });
});
