import { describe, expect, it, vi } from "vitest";
import type { Count } from "../model/types";
import { createCounting } from "./counting";
import type { ListView, Uncounted } from "./listview";
import { createStore } from "./store";

function setup() {
  const what: Uncounted = { filter: "x", upTo: 100, top: 50, generation: 1 };
  const asked: {
    before: number;
    signal: AbortSignal | undefined;
    answer(c: Partial<Count>): void;
    fail(): void;
  }[] = [];
  const told: [number, boolean][] = [];
  let still = true;
  const view = createStore<Pick<ListView, "version">>({ version: 0 });
  const list = {
    view: view as never,
    get uncounted() {
      return still ? what : undefined;
    },
    stillUncounted: () => still,
    counted: (_: Uncounted, total: number, exact: boolean) => {
      told.push([total, exact]);
      if (exact) still = false;
      view.update((v) => ({ version: v.version + 1 }));
    },
  };
  const door = {
    count: (_: string, before: number, signal?: AbortSignal) =>
      new Promise<Count>((done, failed) => {
        asked.push({
          before,
          signal,
          answer: (c) => done({ counted: 0, scanned: 0, of: 0, next: null, done: !c.next, ...c }),
          fail: () => failed(new Error("gone")),
        });
      }),
  };
  const counting = createCounting({ door, list });
  const change = (to: boolean) => {
    still = to;
    view.update((v) => ({ version: v.version + 1 }));
  };
  return { counting, asked, told, change };
}

describe("counting", () => {
  it("goes on step by step, tells how far it is, and the total at the end", async () => {
    const { counting, asked, told } = setup();
    counting.start();
    expect(asked[0]?.before).toBe(101);
    asked[0]?.answer({ counted: 30, scanned: 42, of: 100, next: 58 });
    await vi.waitFor(() => expect(counting.store.get()).toEqual({ phase: "counting", percent: 42 }));
    await vi.waitFor(() => expect(asked[1]?.before).toBe(58));
    asked[1]?.answer({ counted: 5, scanned: 58, of: 58, next: null });
    await vi.waitFor(() => expect(counting.store.get().phase).toBe("idle"));
    expect(told).toEqual([
      [30, false],
      [35, true],
    ]);
    expect(asked).toHaveLength(2);
  });

  it("ends at once when the filter changes, and tells nothing of the old one", async () => {
    const { counting, asked, told, change } = setup();
    counting.start();
    change(false);
    expect(asked[0]?.signal?.aborted).toBe(true);
    expect(counting.store.get().phase).toBe("idle");
    asked[0]?.answer({ counted: 9, next: null });
    await Promise.resolve();
    await Promise.resolve();
    expect(told).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it("stays stopped until it is asked for again", async () => {
    const { counting, asked, change } = setup();
    counting.start();
    counting.stop();
    expect(asked[0]?.signal?.aborted).toBe(true);
    change(true);
    expect(counting.store.get().phase).toBe("stopped");
    expect(asked).toHaveLength(1);
    counting.begin();
    expect(asked).toHaveLength(2);
    expect(counting.store.get().phase).toBe("counting");
  });

  it("stops when the door fails, and does not ask it over and over", async () => {
    const { counting, asked, change } = setup();
    counting.start();
    asked[0]?.fail();
    await vi.waitFor(() => expect(counting.store.get().phase).toBe("stopped"));
    change(true);
    expect(asked).toHaveLength(1);
  });
});
