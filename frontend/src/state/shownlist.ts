import { DoorError, type Row, type Signal } from "../model/types";
import { type ListView, type LiveListOptions, unread } from "./listview";
import { Ordinals } from "./ordinals";
import { createStore } from "./store";

/** What can be asked of the live list without anything being read, and the view that components follow. */
export class ShownList {
  readonly view = createStore<ListView>(unread);

  protected readonly book: Ordinals;
  /** The filter that is being read for, until its rows are there. */
  protected asked: string | undefined;
  protected ready = false;
  protected loading = false;
  protected error: DoorError | undefined;
  private committing = false;
  private readonly schedule: LiveListOptions["schedule"];

  constructor({ schedule, blocks = 60 }: Pick<LiveListOptions, "schedule" | "blocks">) {
    this.schedule = schedule;
    this.book = new Ordinals(blocks);
  }

  /** Rows that can be shown. */
  get length(): number {
    return this.book.length;
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
    return this.book.readAt;
  }

  /** The row at a position (0 is the newest shown), undefined when not loaded. */
  row(index: number): Row | undefined {
    return this.book.row(index);
  }

  /** The loaded row of a seq. */
  rowOf(seq: number): Row | undefined {
    return this.book.rowOf(seq);
  }

  /** The position of a loaded row, -1 when it is not loaded or waits behind the pill. */
  indexOf(seq: number): number {
    return this.book.indexOf(seq);
  }

  /** The rank from the oldest of a loaded row; it stays the same while others arrive. */
  ordinalOf(seq: number): number | undefined {
    return this.book.ordinalOf(seq);
  }

  indexOfOrdinal(ordinal: number): number {
    return this.book.indexOfOrdinal(ordinal);
  }

  protected fail(error: unknown): void {
    this.error = error instanceof DoorError ? error : new DoorError(0, String(error));
  }

  /** Has the view tell of what changed, with all else that changes before the next frame. */
  protected commit(): void {
    if (this.committing) return;
    this.committing = true;
    this.schedule(() => {
      this.committing = false;
      const { ready, loading, error } = this;
      this.view.update((now) => ({ version: now.version + 1, ...this.book.view, ready, loading, error }));
    });
  }
}
