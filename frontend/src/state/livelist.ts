// The live list: rows outside React, any position of a long history at once.
//
// Rows are kept by ordinal: their rank from the oldest match, so an arrival
// moves nothing. Position 0 of the list is the newest row shown, ordinal
// shown-1. Ordinals live in blocks of 100, fetched when somebody looks at them
// and dropped when many others were looked at since. While the list is not
// followed (scrolled away from the top), arrivals grow `count` but not
// `shown`: the difference is the "12 new" pill, and nothing moves.
import type { ListQuery } from "../host/door";
import { DoorError, type Row, type RowPage, type Signal } from "../model/types";
import { BLOCK, Blocks } from "./blocks";
import { createStore } from "./store";

const HEAD_LIMIT = 200;

/** What components follow; `version` changes with every change to any row. */
export interface ListView {
  version: number;
  filter: string;
  /** Rows that can be shown, loaded or not. */
  length: number;
  /** Arrivals that wait behind the pill. */
  pending: number;
  /** How many match, with those that wait behind the pill: all, or when not exact at least so many. */
  known: number;
  /** False when the end is not known: length then goes a little further than what is known. */
  exact: boolean;
  /** False until the first page of the first filter arrived. */
  ready: boolean;
  loading: boolean;
  error: DoorError | undefined;
}

/** A total that is only a lower bound, to be counted out. */
export interface Uncounted {
  filter: string;
  /** Count what has a seq up to this one. */
  upTo: number;
  /** Ordinal above the newest of them. */
  top: number;
  generation: number;
}

export interface LiveListOptions {
  fetch(query: ListQuery, signal?: AbortSignal): Promise<RowPage>;
  /** Runs a commit soon, at most one at a time; requestAnimationFrame in the page. */
  schedule(commit: () => void): void;
  /** Called when the rows are stale as a whole and were asked for anew. */
  onReset?(): void;
  /** How many blocks are kept. */
  blocks?: number;
}

export class LiveList {
  readonly view = createStore<ListView>({
    version: 0,
    filter: "",
    length: 0,
    pending: 0,
    known: 0,
    exact: true,
    ready: false,
    loading: false,
    error: undefined,
  });

  private filter = "";
  private readonly rows: Blocks;
  private inFlight = new Set<number>();
  /** Rows changed while fetches were under way, so that an older answer does not undo them. */
  private fresh = new Map<number, { row: Row; rev: number }>();
  private count = 0;
  private shown = 0;
  /** Ordinal of the oldest match; below 0 when the first total was a lower bound. */
  private floor = 0;
  /** Ordinal of the oldest match that is known to be there, while the length is not exact. */
  private surely = 0;
  private exact = true;
  /** Exactly `count` matches have a seq up to this one. */
  private anchor = 0;
  /** The newest seq when `shown` was last set: what is above it waits behind the pill. */
  private shownSeq = 0;
  /** All arrivals up to this seq are counted. */
  private seen = 0;
  private epoch = 0;
  private rev = 0;
  private firstRev = 0;
  private lastSeq = 0;
  private following = true;
  private generation = 0;
  private wanted = { from: 0, to: BLOCK };
  /** The filter that is being read for, until its rows are there. */
  private asked: string | undefined;
  private arriving = false;
  private ready = false;
  private loading = false;
  private error: DoorError | undefined;
  private committing = false;
  /** Ends the search that a newer one replaces. */
  private reading = new AbortController();

  constructor(private readonly options: LiveListOptions) {
    this.rows = new Blocks(options.blocks ?? 60);
  }

  /** Rows that can be shown. */
  get length(): number {
    return this.shown - this.floor;
  }

  /** Whether a first page has arrived; the view tells it a frame later. */
  get isReady(): boolean {
    return this.ready;
  }

  /** Whether rows are being read for a filter that is not shown yet. */
  get isSearching(): boolean {
    return this.asked !== undefined;
  }

  /** What the rows were first read at; changes since then are to be applied. */
  get readAt(): Signal {
    return { epoch: this.epoch, rev: this.firstRev, lastSeq: this.seen };
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

  /** Says which positions are looked at, the last one excluded; loads what is missing. */
  want(from: number, to: number): void {
    this.wanted = { from: Math.max(0, from), to: Math.min(this.length, to) };
    if (this.ready && !this.loading) this.loadWanted();
  }

  /** Followed means: arrivals are shown at once. */
  follow(on: boolean): void {
    this.following = on;
    if (on) this.showNew();
  }

  /** Shows what waits behind the pill. */
  showNew(): void {
    if (this.shown === this.count) return;
    this.showAll();
    this.commit();
  }

  /** Changes the filter. The old rows stay until the new ones are here, or for good when it is at fault. */
  setFilter(filter: string): Promise<void> {
    const same = this.ready && filter === this.filter && this.asked === undefined && !this.error;
    if (same) return Promise.resolve();
    return this.load(filter, false);
  }

  /** Gives up reading for a new filter: the rows of the one before stay. */
  stop(): void {
    if (this.asked === undefined || !this.ready) return;
    this.generation++;
    this.reading.abort();
    this.loading = false;
    this.asked = undefined;
    this.commit();
    this.loadWanted();
    if (this.lastSeq > this.seen) void this.catchUp(this.lastSeq, this.epoch);
  }

  /** Fetches everything anew: in place, or for the new filter when one is still on its way. */
  reload(): Promise<void> {
    return this.load(this.asked ?? this.filter, this.asked === undefined);
  }

  /** Tells where history stands: catches up with arrivals, reloads on another epoch. */
  async catchUp(lastSeq: number, epoch: number): Promise<void> {
    this.lastSeq = Math.max(epoch === this.epoch ? this.lastSeq : 0, lastSeq);
    if (!this.ready || this.loading) return;
    if (epoch !== this.epoch) {
      await this.reload();
      return;
    }
    if (this.arriving) return;
    this.arriving = true;
    try {
      while (this.lastSeq > this.seen && !this.loading) await this.fetchHead();
    } finally {
      this.arriving = false;
    }
  }

  /** Replaces rows that changed, as of that revision. */
  apply(rows: readonly Row[], rev: number): void {
    this.rev = Math.max(this.rev, rev);
    for (const row of rows) {
      if (this.inFlight.size > 0 || this.loading || this.arriving) this.fresh.set(row.seq, { row, rev });
      const ordinal = this.rows.ordinalOf(row.seq);
      if (ordinal !== undefined) this.rows.put(ordinal, row);
    }
    this.commit();
  }

  /**
   * The limits of history removed requests up to that seq: the list ends
   * earlier, and what is above stays where it is.
   */
  async pruned(seq: number): Promise<void> {
    if (!this.ready || this.loading) return this.reload();
    const generation = this.generation;
    const known = this.lastSeq;
    const page = await this.options.fetch({ filter: this.filter, after: this.seen, limit: HEAD_LIMIT });
    if (generation !== this.generation) return;
    const count = this.count + page.items.length;
    if (page.epoch !== this.epoch || page.items.length === HEAD_LIMIT) return this.reload();
    this.rows.dropUpTo(seq);
    // A total that is a lower bound says nothing: the end is found when somebody looks at it.
    if (page.exact) {
      this.floor = Math.max(this.floor, count - page.total);
      this.exact = true;
    }
    this.shown = Math.max(this.shown, this.floor);
    this.arrive(page, count, known);
    this.loadWanted();
  }

  /** What is to be counted out now, undefined when the length is exact or not known at all. */
  get uncounted(): Uncounted | undefined {
    if (!this.ready || this.loading || this.exact || this.error) return undefined;
    return { filter: this.filter, upTo: this.anchor, top: this.count, generation: this.generation };
  }

  /** Whether what was to be counted is still what is shown. */
  stillUncounted(what: Uncounted): boolean {
    return what.generation === this.generation && !this.exact;
  }

  /** Takes how many there are, or with `exact` false how many at least: the list grows downward. */
  counted(what: Uncounted, total: number, exact: boolean): void {
    if (!this.stillUncounted(what)) return;
    const floor = what.top - total;
    this.floor = exact ? floor : Math.min(this.floor, floor);
    this.surely = Math.min(this.surely, floor);
    this.exact = exact;
    this.shown = Math.max(this.shown, this.floor);
    this.commit();
    if (this.inFlight.size === 0) this.loadWanted();
  }

  /** Changes one loaded row before the door has confirmed it. */
  patch(seq: number, change: Partial<Row>): void {
    const row = this.rowOf(seq);
    if (row) this.apply([{ ...row, ...change }], this.rev);
  }

  private async load(filter: string, inPlace: boolean): Promise<void> {
    const generation = ++this.generation;
    this.reading.abort();
    this.reading = new AbortController();
    const { signal } = this.reading;
    this.loading = true;
    if (!inPlace) this.asked = filter;
    this.commit();
    const known = this.lastSeq;
    try {
      const first = await this.options.fetch({ filter, limit: BLOCK }, signal);
      if (generation !== this.generation) return;
      const anchor = first.items[0]?.seq ?? 0;
      const hidden = inPlace && !this.following ? this.hiddenIn(first) : 0;
      const last = Math.max(0, first.total - BLOCK);
      const from = inPlace ? Math.min(this.wanted.from + hidden, last) : 0;
      let middle: RowPage | undefined;
      if (from > 0 && first.exact) {
        middle = await this.options.fetch({ filter, before: anchor + 1, offset: from, limit: BLOCK }, signal);
        if (generation !== this.generation) return;
      }
      this.replace(filter, first, anchor, Math.max(anchor, known));
      this.shown = Math.max(this.floor, this.count - hidden);
      if (hidden === 0) this.shownSeq = anchor;
      if (middle && middle.epoch === first.epoch) {
        this.insert(middle.items, this.count - 1 - from, middle.rev);
      }
      this.loading = false;
      this.asked = undefined;
      if (!inPlace) this.following = true;
      this.error = undefined;
      this.options.onReset?.();
      this.commit();
      this.loadWanted();
      if (this.lastSeq > this.seen) void this.catchUp(this.lastSeq, this.epoch);
    } catch (error) {
      if (generation !== this.generation) return;
      this.loading = false;
      this.asked = undefined;
      this.error = error instanceof DoorError ? error : new DoorError(0, String(error));
      this.commit();
    }
  }

  /** How many of the newest rows were not shown before a reload. */
  private hiddenIn(first: RowPage): number {
    const above = first.items.filter((row) => row.seq > this.shownSeq).length;
    return above < first.items.length ? above : Math.min(this.count - this.shown, first.total);
  }

  private showAll(): void {
    this.shown = this.count;
    this.shownSeq = this.anchor;
  }

  private replace(filter: string, first: RowPage, anchor: number, seen: number): void {
    this.filter = filter;
    this.rows.clear();
    this.inFlight.clear();
    this.count = first.exact ? first.total : Math.max(first.total, first.items.length);
    this.shown = this.count;
    this.floor = 0;
    this.surely = 0;
    this.exact = first.exact;
    this.anchor = anchor;
    this.seen = seen;
    this.epoch = first.epoch;
    this.rev = Math.max(this.rev, first.rev);
    this.firstRev = first.rev;
    this.lastSeq = Math.max(this.lastSeq, anchor);
    this.ready = true;
    this.insert(first.items, this.count - 1, first.rev);
    if (first.items.length < BLOCK) {
      this.floor = this.count - first.items.length;
      this.exact = true;
    }
    this.fresh.clear();
  }

  private async fetchHead(): Promise<void> {
    const generation = this.generation;
    const known = this.lastSeq;
    const page = await this.options.fetch({ filter: this.filter, after: this.seen, limit: HEAD_LIMIT });
    if (generation !== this.generation) return;
    const found = page.items.length;
    if (page.epoch !== this.epoch) {
      await this.reload();
      return;
    }
    if (found === HEAD_LIMIT) {
      // More arrived than one page holds: go straight to the newest.
      await this.fetchNewest(generation);
      return;
    }
    this.arrive(page, this.count + found, known);
  }

  /** Catches up with a burst in one step; what lies between is loaded when somebody looks at it. */
  private async fetchNewest(generation: number): Promise<void> {
    const known = this.lastSeq;
    const page = await this.options.fetch({ filter: this.filter, limit: BLOCK });
    if (generation !== this.generation) return;
    const next = this.floor + page.total;
    if (page.epoch !== this.epoch || !page.exact || !this.exact || next < this.count) {
      await this.reload();
      return;
    }
    this.arrive(page, next, known);
  }

  /** Takes the newest rows; `count` is how many ordinals there are with them. */
  private arrive(page: RowPage, count: number, known: number): void {
    const newest = page.items[0]?.seq ?? 0;
    this.count = count;
    if (newest > 0) this.anchor = newest;
    this.seen = Math.max(this.seen, newest, known);
    if (this.following) this.showAll();
    this.insert(page.items, this.count - 1, page.rev);
    this.settle();
    this.commit();
    if (this.following) this.loadWanted();
  }

  private loadWanted(): void {
    const newest = Math.floor((this.shown - 1 - this.wanted.from) / BLOCK);
    const oldest = Math.floor((this.shown - this.wanted.to) / BLOCK);
    for (let block = newest; block >= oldest; block--) void this.loadBlock(block);
  }

  private async loadBlock(number: number): Promise<void> {
    const low = Math.max(number * BLOCK, this.floor);
    const high = Math.min((number + 1) * BLOCK, this.count);
    if (high <= low || this.inFlight.has(number)) return;
    if (this.rows.whole(low, high)) return;
    const generation = this.generation;
    this.inFlight.add(number);
    try {
      // Going on from a loaded neighbour neither skips nor doubles rows when
      // marks changed what matches, and costs the database no counting.
      const above = this.rows.at(high);
      const page = await this.options.fetch(
        above
          ? { filter: this.filter, before: above.seq, limit: high - low }
          : { filter: this.filter, before: this.anchor + 1, offset: this.count - high, limit: high - low },
      );
      if (generation !== this.generation) return;
      if (page.epoch !== this.epoch) {
        void this.reload();
        return;
      }
      this.insert(page.items, high - 1, page.rev);
      const bottom = high - page.items.length;
      this.surely = Math.min(this.surely, bottom);
      if (page.items.length < high - low) {
        this.floor = Math.max(this.floor, bottom);
        this.exact = true;
      } else if (!this.exact && low === this.floor) {
        this.floor -= BLOCK;
      }
    } catch (error) {
      if (generation !== this.generation) return;
      this.error = error instanceof DoorError ? error : new DoorError(0, String(error));
    } finally {
      if (generation === this.generation) {
        this.inFlight.delete(number);
        this.settle();
        this.commit();
      }
    }
  }

  /** Puts rows, newest first, downward from that ordinal. */
  private insert(rows: readonly Row[], top: number, rev: number): void {
    rows.forEach((row, i) => {
      const fresh = this.fresh.get(row.seq);
      this.rows.put(top - i, fresh && fresh.rev >= rev ? fresh.row : row);
    });
    this.rows.evict();
  }

  private settle(): void {
    if (this.inFlight.size === 0 && !this.loading && !this.arriving) this.fresh.clear();
  }

  private commit(): void {
    if (this.committing) return;
    this.committing = true;
    this.options.schedule(() => {
      this.committing = false;
      this.view.update((now) => ({
        version: now.version + 1,
        filter: this.filter,
        length: this.length,
        pending: this.count - this.shown,
        known: this.count - (this.exact ? this.floor : Math.max(this.floor, this.surely)),
        exact: this.exact,
        ready: this.ready,
        loading: this.loading,
        error: this.error,
      }));
    });
  }
}
