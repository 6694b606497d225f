import { describe, expect, it } from "vitest";
import type { ListQuery } from "../host/door";
import { DoorError, type Row, type RowPage } from "../model/types";
import { BLOCK } from "./blocks";
import { LiveList } from "./livelist";

/** A history in memory that answers like the door; a filter is the last digit that seqs must have. */
class History {
  rows: Row[] = [];
  epoch = 1;
  rev = 1;
  lastSeq = 0;
  /** Totals above this are told as a lower bound. */
  countedUpTo = Number.POSITIVE_INFINITY;
  queries: ListQuery[] = [];

  add(n: number): void {
    for (let i = 0; i < n; i++) this.rows.push(row(++this.lastSeq));
  }

  remove(seqs: readonly number[]): void {
    this.rows = this.rows.filter((r) => !seqs.includes(r.seq));
    this.epoch++;
    this.rev++;
  }

  /** What the limits of history do: the epoch stays. */
  prune(upTo: number): void {
    this.rows = this.rows.filter((r) => r.seq > upTo || r.pinned);
    this.rev++;
  }

  matches(filter: string): Row[] {
    return this.rows.filter((r) => filter === "" || String(r.seq).endsWith(filter)).reverse();
  }

  page(q: ListQuery): RowPage {
    this.queries.push(q);
    if (q.filter === "bad(") throw new DoorError(422, "expected )", "invalid", "filter", 5);
    const all = this.matches(q.filter ?? "");
    const within = all.filter((r) => (!q.before || r.seq < q.before) && (!q.after || r.seq > q.after));
    const items = within.slice(q.offset ?? 0, (q.offset ?? 0) + (q.limit ?? 100));
    return {
      items,
      total: Math.min(all.length, this.countedUpTo),
      exact: all.length <= this.countedUpTo,
      next: null,
      lastSeq: this.lastSeq,
      epoch: this.epoch,
      rev: this.rev,
    };
  }
}

function row(seq: number, change: Partial<Row> = {}): Row {
  return {
    seq,
    uid: `u${seq}`,
    endpoint: "inbox",
    receivedAt: "2026-11-23T12:00:00.000000Z",
    method: "POST",
    target: `/inbox/${seq}`,
    host: "127.0.0.1",
    contentType: "application/json",
    bodyBytes: seq,
    state: "kept",
    status: 200,
    sig: "none",
    via: "direct",
    crossSite: false,
    deliveries: { waiting: 0, delivered: 0, failed: 0 },
    tags: [],
    pinned: false,
    read: false,
    ...change,
  };
}

/** A list whose answers come when the test says so, in any order. */
function setUp(history: History, blocks?: number) {
  const waiting: (() => void)[] = [];
  const list = new LiveList({
    // The page is read when the request is made, so that late answers are stale ones.
    fetch: (q) => {
      let answer: () => void = () => undefined;
      const promise = new Promise<RowPage>((resolve, reject) => {
        try {
          const page = history.page(q);
          answer = () => resolve(page);
        } catch (error) {
          answer = () => reject(error);
        }
      });
      waiting.push(answer);
      return promise;
    },
    schedule: (commit) => commit(),
    blocks,
  });
  const step = async (pick = 0) => {
    const [answer] = waiting.splice(Math.min(pick, waiting.length - 1), 1);
    answer?.();
    for (let i = 0; i < 8; i++) await Promise.resolve();
  };
  const settle = async () => {
    for (let i = 0; i < 8; i++) await Promise.resolve();
    while (waiting.length > 0) await step();
  };
  return { list, waiting, step, settle };
}

async function opened(history: History, filter = "") {
  const made = setUp(history);
  void made.list.setFilter(filter);
  await made.settle();
  return made;
}

const seqs = (list: LiveList, from = 0, to = list.length) =>
  Array.from({ length: to - from }, (_, i) => list.row(from + i)?.seq);

describe("live list", () => {
  it("starts empty and takes the first arrival", async () => {
    const history = new History();
    const { list, settle } = await opened(history);
    expect(list.view.get()).toMatchObject({ ready: true, length: 0, pending: 0, exact: true });
    history.add(1);
    void list.catchUp(1, 1);
    await settle();
    expect(seqs(list)).toEqual([1]);
  });

  it("jumps to any position of a long history with one page", async () => {
    const history = new History();
    history.add(100_000);
    const { list, settle } = await opened(history);
    expect(list.length).toBe(100_000);
    history.queries = [];
    list.want(70_010, 70_030);
    await settle();
    expect(seqs(list, 70_010, 70_030)).toEqual(Array.from({ length: 20 }, (_, i) => 100_000 - 70_010 - i));
    expect(history.queries.length).toBeLessThanOrEqual(2);
  });

  it("goes on from a loaded neighbour without an offset", async () => {
    const history = new History();
    history.add(1_000);
    const { list, settle } = await opened(history);
    history.queries = [];
    list.want(90, 130);
    await settle();
    expect(history.queries.map((q) => q.offset ?? 0)).toEqual(history.queries.map(() => 0));
    expect(seqs(list, 90, 130)[39]).toBe(1_000 - 129);
  });

  it("holds still while it is not followed, and counts what is new", async () => {
    const history = new History();
    history.add(500);
    const { list, settle } = await opened(history);
    list.follow(false);
    list.want(20, 60);
    await settle();
    const before = seqs(list, 20, 60);
    history.add(12);
    void list.catchUp(history.lastSeq, 1);
    await settle();
    expect(seqs(list, 20, 60)).toEqual(before);
    expect(list.view.get()).toMatchObject({ length: 500, pending: 12 });
    expect(list.indexOf(512)).toBe(-1);
    list.showNew();
    expect(list.view.get()).toMatchObject({ length: 512, pending: 0 });
    expect(list.row(0)?.seq).toBe(512);
    expect(list.indexOf(500)).toBe(12);
  });

  it("shows arrivals at once while it is followed", async () => {
    const history = new History();
    history.add(3);
    const { list, settle } = await opened(history);
    history.add(2);
    void list.catchUp(5, 1);
    await settle();
    expect(seqs(list)).toEqual([5, 4, 3, 2, 1]);
  });

  it("catches up with a burst in two reads and loads the gap when it is looked at", async () => {
    const history = new History();
    history.add(50);
    const { list, settle } = await opened(history);
    list.follow(false);
    history.add(5_000);
    history.queries = [];
    void list.catchUp(history.lastSeq, 1);
    await settle();
    expect(history.queries).toHaveLength(2);
    expect(list.view.get()).toMatchObject({ length: 50, pending: 5_000 });
    list.showNew();
    list.want(2_400, 2_440);
    await settle();
    expect(seqs(list, 2_400, 2_403)).toEqual([2_650, 2_649, 2_648]);
  });

  it("updates rows in place, even those whose page is still under way", async () => {
    const history = new History();
    history.add(300);
    const { list, step, settle } = await opened(history);
    list.want(150, 180); // asked for, not answered
    history.rev = 2;
    const changed = row(140, { read: true });
    list.apply([row(300, { pinned: true }), changed], 2);
    expect(list.row(0)?.pinned).toBe(true);
    await step();
    await settle();
    expect(list.rowOf(140)?.read).toBe(true);
  });

  it("reloads in place on another epoch and keeps the view where it is", async () => {
    const history = new History();
    history.add(1_000);
    const { list, settle } = await opened(history);
    list.follow(false);
    list.want(300, 330);
    await settle();
    history.add(4);
    void list.catchUp(history.lastSeq, 1);
    await settle();
    const before = seqs(list, 300, 330);
    history.remove([1, 2, 3]);
    void list.catchUp(history.lastSeq, history.epoch);
    await settle();
    expect(list.view.get()).toMatchObject({ length: 997, pending: 4 });
    expect(seqs(list, 300, 330)).toEqual(before);
  });

  it("keeps the old rows and tells the error of a bad filter", async () => {
    const history = new History();
    history.add(5);
    const { list, settle } = await opened(history);
    void list.setFilter("bad(");
    await settle();
    expect(list.view.get().error).toMatchObject({ column: 5, kind: "invalid" });
    expect(list.length).toBe(5);
    void list.setFilter("3");
    await settle();
    expect(list.view.get().error).toBeUndefined();
    expect(seqs(list)).toEqual([3]);
  });

  it("drops the answer to a filter that was changed since", async () => {
    const history = new History();
    history.add(100);
    const { list, step } = await opened(history);
    void list.setFilter("1");
    void list.setFilter("2");
    await step(1);
    expect(list.row(0)?.seq).toBe(92);
    await step(0);
    expect(list.row(0)?.seq).toBe(92);
  });

  it("keeps to a new filter when history changes while it is read", async () => {
    const history = new History();
    history.add(100);
    const { list, settle } = await opened(history, "1");
    void list.setFilter("2");
    history.remove([92]);
    void list.catchUp(history.lastSeq, history.epoch);
    void list.reload();
    await settle();
    expect(list.view.get().filter).toBe("2");
    expect(list.row(0)?.seq).toBe(82);
  });

  it("gives up a search and goes on with what it has", async () => {
    const history = new History();
    history.add(100);
    const { list, settle } = await opened(history, "1");
    void list.setFilter("2");
    expect(list.isSearching).toBe(true);
    list.stop();
    expect(list.isSearching).toBe(false);
    history.add(1);
    void list.catchUp(history.lastSeq, history.epoch);
    await settle();
    expect(list.view.get()).toMatchObject({ filter: "1", loading: false });
    expect(list.row(0)?.seq).toBe(101);
  });

  it("goes back to the filter it has when another one is still on its way", async () => {
    const history = new History();
    history.add(100);
    const { list, settle } = await opened(history, "1");
    void list.setFilter("2");
    void list.setFilter("1");
    await settle();
    expect(list.view.get().filter).toBe("1");
    expect(list.row(0)?.seq).toBe(91);
  });
});

describe("counting out", () => {
  it("grows downward while the total is a lower bound", async () => {
    const history = new History();
    history.add(1_000);
    history.countedUpTo = 250;
    const { list, settle } = await opened(history);
    expect(list.view.get()).toMatchObject({ length: 250, exact: false });
    for (let guard = 0; list.length < 1_000 && guard < 30; guard++) {
      list.want(list.length - 20, list.length);
      await settle();
    }
    list.want(list.length - 20, list.length);
    await settle();
    expect(list.view.get()).toMatchObject({ length: 1_000, exact: true });
    expect(list.row(999)?.seq).toBe(1);
  });

  it("keeps few blocks whatever is looked at", async () => {
    const history = new History();
    history.add(20_000);
    const made = setUp(history, 5);
    void made.list.setFilter("");
    await made.settle();
    for (let at = 0; at < 20_000; at += 700) {
      made.list.want(at, at + 30);
      await made.settle();
    }
    const loaded = seqs(made.list).filter((s) => s !== undefined).length;
    expect(loaded).toBeLessThanOrEqual(6 * BLOCK);
    made.list.want(0, 30);
    await made.settle();
    expect(made.list.row(0)?.seq).toBe(20_000);
  });
});

/** Small, fast, seeded. */
function random(seed: number) {
  let s = seed;
  return (below: number) => {
    s = (Math.imul(s, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((s / 2 ** 32) * below);
  };
}

describe("live list, whatever happens in whatever order", () => {
  it.each(Array.from({ length: 120 }, (_, i) => i + 1))("seed %i", async (seed) => {
    const next = random(seed);
    const history = new History();
    history.add(next(700));
    const filter = next(3) === 0 ? String(next(10)) : "";
    const { list, waiting, step, settle } = setUp(history, 4 + next(20));
    void list.setFilter(filter);
    let following = true;

    for (let i = 0; i < 60; i++) {
      const what = next(10);
      if (what < 3) history.add(next(4) === 0 ? next(600) : next(8));
      else if (what === 3 && history.rows.length > 0) {
        const victim = history.rows[next(history.rows.length)];
        if (victim) history.remove([victim.seq]);
      } else if (what === 4) {
        following = next(2) === 0;
        list.follow(following);
      } else if (what === 5) list.want(next(800), next(800) + 30);
      else if (what === 6) list.showNew();
      else if (what === 7 && history.rows.length > 0) {
        const at = next(history.rows.length);
        const changed = { ...history.rows[at], note: `n${i}` } as Row;
        history.rows[at] = changed;
        history.rev++;
        list.apply([changed], history.rev);
      } else if (waiting.length > 0) await step(next(waiting.length));
      if (next(2) === 0) void list.catchUp(history.lastSeq, history.epoch);
      expect(list.length).toBeGreaterThanOrEqual(0);
    }

    // When all is told and answered, the list is the history.
    void list.catchUp(history.lastSeq, history.epoch);
    await settle();
    void list.catchUp(history.lastSeq, history.epoch);
    await settle();
    list.showNew();
    const truth = history.matches(filter);
    expect(list.length).toBe(truth.length);
    for (let at = 0; at < truth.length; at += BLOCK / 2) {
      list.want(at, at + BLOCK / 2);
      await settle();
      const to = Math.min(truth.length, at + BLOCK / 2);
      expect(seqs(list, at, to)).toEqual(truth.slice(at, to).map((r) => r.seq));
      expect(list.row(at)?.note).toBe(truth[at]?.note);
    }
  });
});

describe("limits of history", () => {
  it("end the list earlier and move nothing", async () => {
    const history = new History();
    history.add(1000);
    const { list, settle } = await opened(history);
    list.want(400, 420);
    await settle();
    const before = list.row(410)?.seq;
    const queries = history.queries.length;
    history.prune(300);
    void list.pruned(300);
    await settle();
    expect(list.length).toBe(700);
    expect(list.row(410)?.seq).toBe(before);
    expect(history.queries.length).toBe(queries + 1);
    list.want(690, 700);
    await settle();
    expect(list.row(699)?.seq).toBe(301);
    expect(list.row(700)).toBeUndefined();
  });

  it("leave what is pinned, which then stands at the end", async () => {
    const history = new History();
    history.add(500);
    history.rows[9] = row(10, { pinned: true });
    const { list, settle } = await opened(history);
    list.want(480, 500);
    await settle();
    expect(list.row(490)?.seq).toBe(10);
    history.prune(400);
    void list.pruned(400);
    await settle();
    list.want(90, 101);
    await settle();
    expect(list.length).toBe(101);
    expect([list.row(99)?.seq, list.row(100)?.seq]).toEqual([401, 10]);
    expect(list.rowOf(300)).toBeUndefined();
  });

  it("count what arrived meanwhile, also with a filter", async () => {
    const history = new History();
    history.add(1000);
    const { list, settle } = await opened(history, "7");
    expect(list.length).toBe(100);
    history.prune(500);
    history.add(100);
    void list.pruned(500);
    await settle();
    expect(list.length).toBe(60);
    expect(list.row(0)?.seq).toBe(1097);
    list.want(50, 60);
    await settle();
    expect(list.row(59)?.seq).toBe(507);
  });

  it("take all there was", async () => {
    const history = new History();
    history.add(50);
    const { list, settle } = await opened(history);
    history.prune(50);
    void list.pruned(50);
    await settle();
    expect(list.length).toBe(0);
    history.add(1);
    void list.catchUp(51, 1);
    await settle();
    expect([list.length, list.row(0)?.seq]).toEqual([1, 51]);
  });
});

describe("counting out", () => {
  it("grows downward while it is counted out, and then knows its length", async () => {
    const history = new History();
    history.countedUpTo = 150;
    history.add(1_000);
    const { list, settle } = await opened(history);
    const known = list.length;
    expect(list.view.get().known).toBeLessThanOrEqual(known);
    expect(known).toBeLessThan(700);
    const what = list.uncounted;
    if (!what) throw new Error("it is to be counted");
    expect(what.upTo).toBe(1_000);
    const newest = list.row(0)?.seq;
    list.counted(what, 120, false);
    expect(list.length).toBe(known);
    list.counted(what, 700, false);
    expect(list.view.get().known).toBe(700);
    expect(list.length).toBe(700);
    list.counted(what, 1_000, true);
    await settle();
    expect(list.length).toBe(1_000);
    expect(list.view.get().known).toBe(1_000);
    expect(list.row(0)?.seq).toBe(newest);
    expect(list.uncounted).toBeUndefined();
  });

  it("never tells more than there are, however far it can be scrolled", async () => {
    const history = new History();
    history.countedUpTo = 110;
    history.add(130);
    const { list, settle } = await opened(history);
    list.want(0, 100);
    await settle();
    expect(list.view.get().exact).toBe(false);
    expect(list.view.get().known).toBeLessThanOrEqual(130);
    list.want(100, 200);
    await settle();
    expect(list.view.get()).toMatchObject({ exact: true, known: 130, length: 130 });
  });

  it("takes no count of a filter that it does not show any more", async () => {
    const history = new History();
    history.countedUpTo = 150;
    history.add(1_000);
    const { list, settle } = await opened(history);
    const what = list.uncounted;
    if (!what) throw new Error("it is to be counted");
    void list.setFilter("7");
    await settle();
    const length = list.length;
    list.counted(what, 1_000, true);
    expect(list.length).toBe(length);
  });
});
