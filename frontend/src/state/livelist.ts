// The live list: rows outside React, any position of a long history at once.
// What it knows is in its book (state/ordinals.ts), what is shown of it in
// state/shownlist.ts; here is what it reads, and in which order answers may
// change the book.
import type { Row, RowPage } from "../model/types";
import { BLOCK } from "./blocks";
import type { LiveListOptions, Uncounted } from "./listview";
import { ShownList } from "./shownlist";

const HEAD_LIMIT = 200;

export class LiveList extends ShownList {
  private inFlight = new Set<number>();
  private lastSeq = 0;
  private following = true;
  private generation = 0;
  private wanted = { from: 0, to: BLOCK };
  private arriving = false;
  /** Ends the search that a newer one replaces. */
  private reading = new AbortController();

  constructor(private readonly options: LiveListOptions) {
    super(options);
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
    if (!this.book.holds) return;
    this.book.showAll();
    this.commit();
  }

  /** Changes the filter. The old rows stay until the new ones are here, or for good when it is at fault. */
  setFilter(filter: string): Promise<void> {
    const same = this.ready && filter === this.book.filter && this.asked === undefined && !this.error;
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
    if (this.lastSeq > this.book.seen) void this.catchUp(this.lastSeq, this.book.epoch);
  }

  /** Fetches everything anew: in place, or for the new filter when one is still on its way. */
  reload(): Promise<void> {
    return this.load(this.asked ?? this.book.filter, this.asked === undefined);
  }

  /** Tells where history stands: catches up with arrivals, reloads on another epoch. */
  async catchUp(lastSeq: number, epoch: number): Promise<void> {
    this.lastSeq = Math.max(epoch === this.book.epoch ? this.lastSeq : 0, lastSeq);
    if (!this.ready || this.loading) return;
    if (epoch !== this.book.epoch) {
      await this.reload();
      return;
    }
    if (this.arriving) return;
    this.arriving = true;
    try {
      while (this.lastSeq > this.book.seen && !this.loading) await this.fetchHead();
    } finally {
      this.arriving = false;
    }
  }

  /** Replaces rows that changed, as of that revision. */
  apply(rows: readonly Row[], rev: number): void {
    this.book.apply(rows, rev, this.busy);
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
    const page = await this.readHead();
    if (generation !== this.generation) return;
    if (page.epoch !== this.book.epoch || page.items.length === HEAD_LIMIT) return this.reload();
    const count = this.book.count + page.items.length;
    this.book.prune(seq, page, count);
    this.arrive(page, count, known);
    this.loadWanted();
  }

  /** What is to be counted out now, undefined when the length is exact or not known at all. */
  get uncounted(): Uncounted | undefined {
    const { filter, anchor, count, exact } = this.book;
    if (!this.ready || this.loading || exact || this.error) return undefined;
    return { filter, upTo: anchor, top: count, generation: this.generation };
  }

  /** Whether what was to be counted is still what is shown. */
  stillUncounted(what: Uncounted): boolean {
    return what.generation === this.generation && !this.book.exact;
  }

  /** Takes how many there are, or with `exact` false how many at least: the list grows downward. */
  counted(what: Uncounted, total: number, exact: boolean): void {
    if (!this.stillUncounted(what)) return;
    this.book.counted(what.top, total, exact);
    this.commit();
    if (this.inFlight.size === 0) this.loadWanted();
  }

  /** Changes one loaded row before the door has confirmed it. */
  patch(seq: number, change: Partial<Row>): void {
    this.book.patch(seq, change, this.busy);
    this.commit();
  }

  /** Whether answers are on their way that may be older than what is told meanwhile. */
  private get busy(): boolean {
    return this.inFlight.size > 0 || this.loading || this.arriving;
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
      const hidden = inPlace && !this.following ? this.book.hiddenIn(first) : 0;
      const last = Math.max(0, first.total - BLOCK);
      const from = inPlace ? Math.min(this.wanted.from + hidden, last) : 0;
      let middle: RowPage | undefined;
      if (from > 0 && first.exact) {
        middle = await this.options.fetch({ filter, before: anchor + 1, offset: from, limit: BLOCK }, signal);
        if (generation !== this.generation) return;
      }
      this.book.begin(filter, first, Math.max(anchor, known), hidden);
      this.inFlight.clear();
      this.lastSeq = Math.max(this.lastSeq, anchor);
      if (middle && middle.epoch === first.epoch) {
        this.book.insert(middle.items, this.book.count - 1 - from, middle.rev);
      }
      this.ready = true;
      this.loading = false;
      this.asked = undefined;
      if (!inPlace) this.following = true;
      this.error = undefined;
      this.options.onReset?.();
      this.commit();
      this.loadWanted();
      if (this.lastSeq > this.book.seen) void this.catchUp(this.lastSeq, this.book.epoch);
    } catch (error) {
      if (generation !== this.generation) return;
      this.loading = false;
      this.asked = undefined;
      this.fail(error);
      this.commit();
    }
  }

  private readHead(): Promise<RowPage> {
    return this.options.fetch({ filter: this.book.filter, after: this.book.seen, limit: HEAD_LIMIT });
  }

  private async fetchHead(): Promise<void> {
    const generation = this.generation;
    const known = this.lastSeq;
    const page = await this.readHead();
    if (generation !== this.generation) return;
    if (page.epoch !== this.book.epoch) {
      await this.reload();
      return;
    }
    const found = page.items.length;
    // More arrived than one page holds: go straight to the newest.
    if (found === HEAD_LIMIT) await this.fetchNewest(generation);
    else this.arrive(page, this.book.count + found, known);
  }

  /** Catches up with a burst in one step; what lies between is loaded when somebody looks at it. */
  private async fetchNewest(generation: number): Promise<void> {
    const known = this.lastSeq;
    const page = await this.options.fetch({ filter: this.book.filter, limit: BLOCK });
    if (generation !== this.generation) return;
    const count = this.book.countBy(page);
    if (count === undefined) await this.reload();
    else this.arrive(page, count, known);
  }

  private arrive(page: RowPage, count: number, known: number): void {
    this.book.arrive(page, count, known, this.following);
    this.settle();
    this.commit();
    if (this.following) this.loadWanted();
  }

  private loadWanted(): void {
    for (const block of this.book.blocksOf(this.wanted.from, this.wanted.to)) void this.loadBlock(block);
  }

  private async loadBlock(block: number): Promise<void> {
    const span = this.inFlight.has(block) ? undefined : this.book.missing(block);
    if (!span) return;
    const generation = this.generation;
    this.inFlight.add(block);
    try {
      const page = await this.options.fetch(this.book.queryFor(span));
      if (generation !== this.generation) return;
      if (page.epoch !== this.book.epoch) {
        void this.reload();
        return;
      }
      this.book.took(span, page);
    } catch (error) {
      if (generation !== this.generation) return;
      this.fail(error);
    } finally {
      if (generation === this.generation) {
        this.inFlight.delete(block);
        this.settle();
        this.commit();
      }
    }
  }

  private settle(): void {
    if (!this.busy) this.book.settle();
  }
}
