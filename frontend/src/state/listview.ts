// What others see of the live list, and what it needs of them.
import type { ListQuery } from "../host/door";
import type { DoorError, RowPage } from "../model/types";

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

/** Before anything was read. */
export const unread: ListView = {
  version: 0,
  filter: "",
  length: 0,
  pending: 0,
  known: 0,
  exact: true,
  ready: false,
  loading: false,
  error: undefined,
};

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
