import type { QueryClient } from "@tanstack/react-query";
import type { Door } from "../host/door";
import type { Signal } from "../model/types";
import type { LiveList } from "./livelist";
import type { Store } from "./store";

export interface SyncOptions {
  door: Pick<Door, "changes">;
  list: Pick<LiveList, "apply" | "catchUp" | "pruned" | "reload">;
  queries: QueryClient;
  rate: Store<number>;
  onError(error: unknown): void;
  now?: () => number;
}

const RATE_WINDOW_MS = 5_000;
const COUNTS_EVERY_MS = 500;
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 30_000;
const SETUP = ["endpoints", "targets", "settings", "filters", "tls"];

/**
 * Turns live signals into reads: one round at a time, the newest signal wins.
 * A round asks for arrivals, and for changes when the revision moved.
 */
export function createSync(options: SyncOptions) {
  const { door, list, queries, rate } = options;
  const now = options.now ?? (() => performance.now());
  let latest: Signal | undefined;
  let done: Signal | undefined;
  let running = false;
  let samples: { at: number; seq: number }[] = [];
  let countsTimer: ReturnType<typeof setTimeout> | undefined;
  let countsAgain = false;
  let rateTimer: ReturnType<typeof setTimeout> | undefined;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  function measure(): void {
    clearTimeout(rateTimer);
    const at = now();
    samples = samples.filter((s) => at - s.at <= RATE_WINDOW_MS);
    const first = samples[0];
    const last = samples.at(-1);
    rate.set(first && last ? (last.seq - first.seq) / (RATE_WINDOW_MS / 1000) : 0);
    if (samples.length > 0) rateTimer = setTimeout(measure, 1_000);
  }

  /** Counts are read anew at most twice a second, and once more after the last arrival. */
  function counts(): void {
    if (countsTimer !== undefined) {
      countsAgain = true;
      return;
    }
    countsAgain = false;
    void queries.invalidateQueries({ queryKey: ["status"] });
    void queries.invalidateQueries({ queryKey: ["endpoints"] });
    void queries.invalidateQueries({ queryKey: ["runs"] });
    void queries.invalidateQueries({ queryKey: ["targets"] });
    countsTimer = setTimeout(() => {
      countsTimer = undefined;
      if (countsAgain) counts();
    }, COUNTS_EVERY_MS);
  }

  async function round(from: Signal, to: Signal): Promise<Signal> {
    if (from.epoch === to.epoch && from.rev === to.rev) {
      await list.catchUp(to.lastSeq, to.epoch);
      return to;
    }
    const changes = await door.changes(from.rev, from.epoch);
    if (changes.reset || changes.epoch !== from.epoch) {
      await list.reload();
      void queries.invalidateQueries({ predicate: (q) => q.queryKey[0] !== "bytes" });
    } else {
      list.apply(changes.rows, changes.rev);
      for (const row of changes.rows) void queries.invalidateQueries({ queryKey: ["request", row.seq] });
      if (changes.setup) {
        for (const key of SETUP) void queries.invalidateQueries({ queryKey: [key] });
      }
      if (changes.pruned > 0) await list.pruned(changes.pruned);
      await list.catchUp(changes.lastSeq, changes.epoch);
    }
    return { epoch: changes.epoch, rev: changes.rev, lastSeq: Math.max(to.lastSeq, changes.lastSeq) };
  }

  async function run(): Promise<void> {
    if (running || !done) return;
    running = true;
    clearTimeout(retryTimer);
    try {
      while (latest && !same(latest, done)) {
        const to = latest;
        done = await round(done, to);
        if (latest === to) latest = done;
        counts();
      }
      failures = 0;
    } catch (error) {
      // No other signal may come for hours; what was missed is asked for again.
      retryTimer = setTimeout(() => void run(), Math.min(RETRY_FIRST_MS * 2 ** failures, RETRY_MOST_MS));
      if (failures++ === 0) options.onError(error);
    } finally {
      running = false;
    }
  }

  return {
    /** Says what the list was first read at; signals before that wait. */
    begin(from: Signal): void {
      done = from;
      void run();
    },
    /** Takes a signal; doubled and late ones do no harm. */
    signal(s: Signal): void {
      latest = s;
      samples.push({ at: now(), seq: s.lastSeq });
      measure();
      void run();
    },
    /** After the line was down: everything may have changed. */
    async resync(): Promise<void> {
      await queries.invalidateQueries({ predicate: (q) => q.queryKey[0] !== "bytes" });
    },
  };
}

function same(a: Signal, b: Signal | undefined): boolean {
  return b !== undefined && a.epoch === b.epoch && a.rev === b.rev && a.lastSeq === b.lastSeq;
}
