import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Changes, Row } from "../model/types";
import { createStore } from "./store";
import { createSync } from "./sync";

const none: Changes = { epoch: 1, rev: 5, lastSeq: 10, reset: false, setup: false, pruned: 0, rows: [] };

function setUp(answer: (after: number, epoch: number) => Changes | Promise<Changes> = () => none) {
  const calls: string[] = [];
  const queries = new QueryClient();
  vi.spyOn(queries, "invalidateQueries").mockImplementation(async (f) => {
    calls.push(`stale ${f?.queryKey ? f.queryKey.join("/") : "all"}`);
  });
  const rate = createStore(0);
  let now = 0;
  const sync = createSync({
    door: {
      changes: async (after, epoch) => {
        calls.push(`changes ${after} ${epoch}`);
        return answer(after, epoch);
      },
    },
    list: {
      apply: (rows, rev) => calls.push(`apply ${rows.length} ${rev}`),
      catchUp: async (seq, epoch) => {
        calls.push(`catch up ${seq} ${epoch}`);
      },
      pruned: async (seq) => {
        calls.push(`pruned ${seq}`);
      },
      reload: async () => {
        calls.push("reload");
      },
    },
    queries,
    rate,
    onError: (error) => calls.push(String(error)),
    now: () => now,
  });
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return { sync, calls, settle, rate, at: (ms: number) => (now = ms) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("waits with signals until the list was read", async () => {
  const { sync, calls, settle } = setUp();
  sync.signal({ epoch: 1, rev: 5, lastSeq: 11 });
  await settle();
  expect(calls).toEqual([]);
  sync.begin({ epoch: 1, rev: 5, lastSeq: 10 });
  await settle();
  expect(calls[0]).toBe("catch up 11 1");
});

it("asks for changes only when the revision moved, from the one it has", async () => {
  const row = { seq: 7 } as Row;
  const { sync, calls, settle } = setUp(() => ({ ...none, rev: 8, rows: [row], setup: true }));
  sync.begin({ epoch: 1, rev: 5, lastSeq: 10 });
  sync.signal({ epoch: 1, rev: 5, lastSeq: 10 });
  await settle();
  expect(calls).toEqual([]);
  sync.signal({ epoch: 1, rev: 8, lastSeq: 10 });
  await settle();
  expect(calls.slice(0, 3)).toEqual(["changes 5 1", "apply 1 8", "stale request/7"]);
  expect(calls).toContain("stale targets");
  expect(calls).toContain("catch up 10 1");
});

it("lets the list end earlier when the limits of history removed its oldest", async () => {
  const { sync, calls, settle } = setUp(() => ({ ...none, rev: 6, pruned: 3 }));
  sync.begin({ epoch: 1, rev: 5, lastSeq: 10 });
  sync.signal({ epoch: 1, rev: 6, lastSeq: 10 });
  await settle();
  expect(calls.slice(0, 4)).toEqual(["changes 5 1", "apply 0 6", "pruned 3", "catch up 10 1"]);
  expect(calls).not.toContain("reload");
});

it("reloads when history was reset", async () => {
  const { sync, calls, settle } = setUp(() => ({ ...none, epoch: 2, rev: 9, reset: true }));
  sync.begin({ epoch: 1, rev: 5, lastSeq: 10 });
  sync.signal({ epoch: 2, rev: 9, lastSeq: 10 });
  await settle();
  expect(calls.slice(0, 3)).toEqual(["changes 5 1", "reload", "stale all"]);
});

it("does one round at a time and ends with the newest signal", async () => {
  const open: (() => void)[] = [];
  const { sync, calls, settle } = setUp(
    (after) =>
      new Promise((resolve) => open.push(() => resolve({ ...none, rev: after === 5 ? 6 : 8, lastSeq: 20 }))),
  );
  sync.begin({ epoch: 1, rev: 5, lastSeq: 10 });
  for (const rev of [6, 7, 8]) sync.signal({ epoch: 1, rev, lastSeq: 20 });
  await settle();
  expect(calls.filter((c) => c.startsWith("changes"))).toEqual(["changes 5 1"]);
  open.shift()?.();
  await settle();
  open.shift()?.();
  await settle();
  expect(calls.filter((c) => c.startsWith("changes"))).toEqual(["changes 5 1", "changes 6 1"]);
  expect(open).toEqual([]);
});

it("tries again with the next signal after a failure", async () => {
  let fail = true;
  const { sync, calls, settle } = setUp(() => {
    if (fail) throw new Error("gone");
    return { ...none, rev: 6 };
  });
  sync.begin({ epoch: 1, rev: 5, lastSeq: 10 });
  sync.signal({ epoch: 1, rev: 6, lastSeq: 10 });
  await settle();
  expect(calls).toContain("Error: gone");
  fail = false;
  sync.signal({ epoch: 1, rev: 6, lastSeq: 10 });
  await settle();
  expect(calls.at(-1)).toMatch(/stale|catch up/);
});

it("reads the counts at most twice a second, and once more at the end", async () => {
  const { sync, calls, settle } = setUp();
  sync.begin({ epoch: 1, rev: 5, lastSeq: 0 });
  const reads = () => calls.filter((c) => c === "stale status").length;
  for (let i = 1; i <= 20; i++) {
    sync.signal({ epoch: 1, rev: 5, lastSeq: i });
    await vi.advanceTimersByTimeAsync(20);
  }
  expect(reads()).toBe(1);
  await vi.advanceTimersByTimeAsync(600);
  expect(reads()).toBe(2);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(reads()).toBe(2);
  await settle();
});

it("measures arrivals over five seconds and forgets them when it is quiet", async () => {
  const { sync, rate, at } = setUp();
  sync.begin({ epoch: 1, rev: 5, lastSeq: 0 });
  for (let s = 0; s <= 4; s++) {
    at(s * 1_000);
    sync.signal({ epoch: 1, rev: 5, lastSeq: s * 10 });
  }
  expect(rate.get()).toBe(8);
  at(20_000);
  await vi.advanceTimersByTimeAsync(1_100);
  expect(rate.get()).toBe(0);
  expect(vi.getTimerCount()).toBe(0); // idle is idle
});

it("asks again for what a failed round missed, and tells of it once", async () => {
  let failing = 2;
  const { sync, calls, settle } = setUp(() => {
    if (failing-- > 0) throw new Error("the door is busy");
    return { ...none, rev: 6 };
  });
  sync.begin({ epoch: 1, rev: 5, lastSeq: 10 });
  sync.signal({ epoch: 1, rev: 6, lastSeq: 10 });
  await settle();
  expect(calls).toEqual(["changes 5 1", "Error: the door is busy"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(calls.slice(2)).toEqual(["changes 5 1"]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(calls).toContain("apply 0 6");
  expect(calls.filter((c) => c.startsWith("Error"))).toHaveLength(1);
  calls.length = 0;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls.filter((c) => c.startsWith("changes"))).toEqual([]);
});
