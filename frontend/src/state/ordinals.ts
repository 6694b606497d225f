// The book of the live list: which row has which ordinal, how many there are,
// how many are shown. It reads nothing by itself.
//
// Rows are kept by ordinal: their rank from the oldest match, so an arrival
// moves nothing. Position 0 of the list is the newest row shown, ordinal
// shown-1. Ordinals live in blocks of 100, fetched when somebody looks at them
// and dropped when many others were looked at since. While the list is not
// followed (scrolled away from the top), arrivals grow `count` but not
// `shown`: the difference is the "12 new" pill, and nothing moves.
import type { ListQuery } from "../host/door";
import type { Row, RowPage, Signal } from "../model/types";
import { BLOCK, Blocks } from "./blocks";
import type { ListView } from "./listview";

/** Ordinals from low, to high excluded. */
export interface Span {
  low: number;
  high: number;
}

export class Ordinals {
  filter = "";
  /** All arrivals up to this seq are counted. */
  seen = 0;
  epoch = 0;
  exact = true;
  /** How many ordinals there are. */
  count = 0;
  /** Exactly `count` matches have a seq up to this one. */
  anchor = 0;
  private readonly rows: Blocks;
  /** Rows changed while fetches were under way, so that an older answer does not undo them. */
  private fresh = new Map<number, { row: Row; rev: number }>();
  private shown = 0;
  /** Ordinal of the oldest match; below 0 when the first total was a lower bound. */
  private floor = 0;
  /** Ordinal of the oldest match that is known to be there, while the length is not exact. */
  private surely = 0;
  /** The newest seq when `shown` was last set: what is above it waits behind the pill. */
  private shownSeq = 0;
  private rev = 0;
  private firstRev = 0;

  constructor(blocks: number) {
    this.rows = new Blocks(blocks);
  }

  /** Rows that can be shown. */
  get length(): number {
    return this.shown - this.floor;
  }

  /** Whether arrivals wait behind the pill. */
  get holds(): boolean {
    return this.shown !== this.count;
  }

  /** What the rows were first read at; changes since then are to be applied. */
  get readAt(): Signal {
    return { epoch: this.epoch, rev: this.firstRev, lastSeq: this.seen };
  }

  /** What of the view is in the book. */
  get view(): Pick<ListView, "filter" | "length" | "pending" | "known" | "exact"> {
    return {
      filter: this.filter,
      length: this.length,
      pending: this.count - this.shown,
      known: this.count - (this.exact ? this.floor : Math.max(this.floor, this.surely)),
      exact: this.exact,
    };
  }

  /** The row at a position (0 is the newest shown), undefined when not loaded. */
  row(index: number): Row | undefined {
    return this.rows.at(this.shown - 1 - index);
  }

  /** The loaded row of a seq. */
  rowOf(seq: number): Row | undefined {
    const ordinal = this.rows.ordinalOf(seq);
    return ordinal === undefined ? undefined : this.rows.at(ordinal);
  }

  /** The position of a loaded row, -1 when it is not loaded or waits behind the pill. */
  indexOf(seq: number): number {
    const ordinal = this.rows.ordinalOf(seq);
    return ordinal === undefined || ordinal >= this.shown ? -1 : this.shown - 1 - ordinal;
  }

  /** The rank from the oldest of a loaded row; it stays the same while others arrive. */
  ordinalOf(seq: number): number | undefined {
    return this.rows.ordinalOf(seq);
  }

  indexOfOrdinal(ordinal: number): number {
    return this.shown - 1 - ordinal;
  }

  /** Shows what waits behind the pill. */
  showAll(): void {
    this.shown = this.count;
    this.shownSeq = this.anchor;
  }

  /** Begins anew with a first page; the newest `hidden` rows stay behind the pill. */
  begin(filter: string, first: RowPage, seen: number, hidden: number): void {
    this.filter = filter;
    this.rows.clear();
    this.count = first.exact ? first.total : Math.max(first.total, first.items.length);
    this.shown = this.count;
    this.floor = 0;
    this.surely = 0;
    this.exact = first.exact;
    this.anchor = first.items[0]?.seq ?? 0;
    this.seen = seen;
    this.epoch = first.epoch;
    this.rev = Math.max(this.rev, first.rev);
    this.firstRev = first.rev;
    this.insert(first.items, this.count - 1, first.rev);
    if (first.items.length < BLOCK) {
      this.floor = this.count - first.items.length;
      this.exact = true;
    }
    this.fresh.clear();
    this.shown = Math.max(this.floor, this.count - hidden);
    if (hidden === 0) this.shownSeq = this.anchor;
  }

  /** How many of the newest rows of a first page were not shown before. */
  hiddenIn(first: RowPage): number {
    const above = first.items.filter((row) => row.seq > this.shownSeq).length;
    return above < first.items.length ? above : Math.min(this.count - this.shown, first.total);
  }

  /** Takes the newest rows; `count` is how many ordinals there are with them, `known` the newest seq of all. */
  arrive(page: RowPage, count: number, known: number, following: boolean): void {
    const newest = page.items[0]?.seq ?? 0;
    this.count = count;
    if (newest > 0) this.anchor = newest;
    this.seen = Math.max(this.seen, newest, known);
    if (following) this.showAll();
    this.insert(page.items, this.count - 1, page.rev);
  }

  /** How many ordinals there are by a page of the newest; undefined when it cannot tell. */
  countBy(page: RowPage): number | undefined {
    const count = this.floor + page.total;
    return page.epoch === this.epoch && page.exact && this.exact && count >= this.count ? count : undefined;
  }

  /** What had a seq up to that one is gone; `page` was read after it, and makes `count` ordinals. */
  prune(seq: number, page: RowPage, count: number): void {
    this.rows.dropUpTo(seq);
    // A total that is a lower bound says nothing: the end is found when somebody looks at it.
    if (page.exact) {
      this.floor = Math.max(this.floor, count - page.total);
      this.exact = true;
    }
    this.shown = Math.max(this.shown, this.floor);
  }

  /** Takes how many there are up to `top`, or with `exact` false how many at least: the list grows downward. */
  counted(top: number, total: number, exact: boolean): void {
    const floor = top - total;
    this.floor = exact ? floor : Math.min(this.floor, floor);
    this.surely = Math.min(this.surely, floor);
    this.exact = exact;
    this.shown = Math.max(this.shown, this.floor);
  }

  /** Replaces rows that changed, as of that revision; `keep` while older answers may still come. */
  apply(rows: readonly Row[], rev: number, keep: boolean): void {
    this.rev = Math.max(this.rev, rev);
    for (const row of rows) {
      if (keep) this.fresh.set(row.seq, { row, rev });
      const ordinal = this.rows.ordinalOf(row.seq);
      if (ordinal !== undefined) this.rows.put(ordinal, row);
    }
  }

  /** Changes one loaded row before the door has confirmed it. */
  patch(seq: number, change: Partial<Row>, keep: boolean): void {
    const row = this.rowOf(seq);
    if (row) this.apply([{ ...row, ...change }], this.rev, keep);
  }

  /** No older answer is on its way any more. */
  settle(): void {
    this.fresh.clear();
  }

  /** The blocks that hold these positions, the newest first. */
  blocksOf(from: number, to: number): number[] {
    const newest = Math.floor((this.shown - 1 - from) / BLOCK);
    const oldest = Math.floor((this.shown - to) / BLOCK);
    return Array.from({ length: Math.max(0, newest - oldest + 1) }, (_, i) => newest - i);
  }

  /** What of a block there is to read; undefined when nothing is missing. */
  missing(block: number): Span | undefined {
    const low = Math.max(block * BLOCK, this.floor);
    const high = Math.min((block + 1) * BLOCK, this.count);
    return high <= low || this.rows.whole(low, high) ? undefined : { low, high };
  }

  /** How to ask for the rows of a span. */
  queryFor({ low, high }: Span): ListQuery {
    // Going on from a loaded neighbour neither skips nor doubles rows when
    // marks changed what matches, and costs the database no counting.
    const above = this.rows.at(high);
    const limit = high - low;
    return above
      ? { filter: this.filter, before: above.seq, limit }
      : { filter: this.filter, before: this.anchor + 1, offset: this.count - high, limit };
  }

  /** Takes the rows that were read for a span: where they end early, the list does. */
  took({ low, high }: Span, page: RowPage): void {
    this.insert(page.items, high - 1, page.rev);
    const bottom = high - page.items.length;
    this.surely = Math.min(this.surely, bottom);
    if (page.items.length < high - low) {
      this.floor = Math.max(this.floor, bottom);
      this.exact = true;
    } else if (!this.exact && low === this.floor) {
      this.floor -= BLOCK;
    }
  }

  /** Puts rows, newest first, downward from that ordinal. */
  insert(rows: readonly Row[], top: number, rev: number): void {
    rows.forEach((row, i) => {
      const fresh = this.fresh.get(row.seq);
      this.rows.put(top - i, fresh && fresh.rev >= rev ? fresh.row : row);
    });
    this.rows.evict();
  }
}
