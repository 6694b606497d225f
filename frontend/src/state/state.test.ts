import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DoorError } from "../model/types";
import { createActions } from "./actions";
import { createDialogs } from "./dialogs";
import { createPrefs, defaultPrefs } from "./prefs";
import { createStore } from "./store";
import { nextTheme, resolveTheme } from "./theme";
import { createToasts, shownToasts, words } from "./toasts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("store", () => {
  it("tells listeners of each new value, and of nothing else", () => {
    const store = createStore(1);
    const seen: number[] = [];
    const leave = store.subscribe(() => seen.push(store.get()));
    store.set(1);
    store.update((n) => n + 1);
    leave();
    store.set(9);
    expect(seen).toEqual([2]);
  });
});

describe("actions", () => {
  const make = (id: string, more = {}) => ({ id, title: id, group: "Creel" as const, run: vi.fn(), ...more });

  it("the newest of an id wins until it leaves", () => {
    const actions = createActions(vi.fn());
    const first = make("a");
    const second = make("a");
    actions.register([first]);
    const leave = actions.register([second]);
    actions.run("a");
    expect(second.run).toHaveBeenCalledOnce();
    expect(actions.all()).toHaveLength(1);
    leave();
    actions.run("a");
    expect(first.run).toHaveBeenCalledOnce();
  });

  it("keys find what is enabled, and in text fields only what works everywhere", () => {
    const actions = createActions(vi.fn());
    let on = false;
    actions.register([
      make("a", { keys: ["r"], enabled: () => on }),
      make("b", { keys: ["mod+k"], everywhere: true }),
    ]);
    expect(actions.forKey("r", false)).toBeUndefined();
    on = true;
    expect(actions.forKey("r", false)?.id).toBe("a");
    expect(actions.forKey("r", true)).toBeUndefined();
    expect(actions.forKey("mod+k", true)?.id).toBe("b");
  });

  it("tells failures, thrown now or later, and runs nothing disabled", async () => {
    const onError = vi.fn();
    const actions = createActions(onError);
    const off = make("off", { enabled: () => false });
    actions.register([
      make("now", {
        run: () => {
          throw new Error("now");
        },
      }),
      make("later", { run: () => Promise.reject(new Error("later")) }),
      off,
    ]);
    for (const id of ["now", "later", "off", "unknown"]) actions.run(id);
    await vi.advanceTimersByTimeAsync(0);
    expect(onError.mock.calls.map(([e]) => (e as Error).message)).toEqual(["now", "later"]);
    expect(off.run).not.toHaveBeenCalled();
  });
});

describe("dialogs", () => {
  it("one is open at a time", () => {
    const dialogs = createDialogs();
    dialogs.open("settings", {});
    dialogs.open("endpoint", { slug: "stripe" });
    expect(dialogs.store.get()).toEqual({ name: "endpoint", args: { slug: "stripe" } });
    dialogs.close();
    expect(dialogs.store.get()).toBeUndefined();
  });

  it("a question is asked over the one that is open, which comes back when it is left", () => {
    const dialogs = createDialogs();
    const ask = { title: "Delete?", text: "", action: "Delete", run: () => {} };
    dialogs.open("endpoint", { slug: "stripe" });
    dialogs.open("confirm", ask);
    expect(dialogs.store.get()).toMatchObject({ name: "confirm", under: { name: "endpoint" } });
    dialogs.close();
    expect(dialogs.store.get()).toEqual({ name: "endpoint", args: { slug: "stripe" } });
    dialogs.open("confirm", ask);
    dialogs.closeAll();
    expect(dialogs.store.get()).toBeUndefined();
    dialogs.open("palette", {});
    dialogs.open("confirm", ask);
    dialogs.close();
    expect(dialogs.store.get()).toBeUndefined();
  });
});

describe("toasts", () => {
  it("leave by themselves: 4 s plain, 10 s with an action, failures never", async () => {
    const toasts = createToasts();
    toasts.show({ text: "plain" });
    toasts.show({ text: "undo", action: { label: "Undo", run: vi.fn() } });
    toasts.fail(new DoorError(409, "rename endpoint: the slug is taken"));
    await vi.advanceTimersByTimeAsync(4_100);
    expect(toasts.store.get().map((t) => t.text)).toEqual(["undo", "Rename endpoint: the slug is taken"]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(toasts.store.get().map((t) => t.tone)).toEqual(["bad"]);
  });

  it("are few, and never the same twice", () => {
    const toasts = createToasts();
    for (const text of ["1", "2", "3", "4", "5", "5", "5"]) toasts.show({ text });
    expect(toasts.store.get().map((t) => t.text)).toEqual(["2", "3", "4", "5"]);
  });

  const failure = (seq: number, why: string, run = vi.fn()) => ({
    about: `send ${seq}`,
    tone: "bad" as const,
    text: `#${seq}: ${why}`,
    fold: { kind: "send", why, many: (n: number) => `${n} failed`, action: { label: "Show", run } },
  });

  it("of one kind are one, with the reason when it is the same", () => {
    const toasts = createToasts();
    const shown = () => shownToasts(toasts.store.get()).map((t) => t.text);
    toasts.show(failure(1, "no listener"));
    expect(shown()).toEqual(["#1: no listener"]);
    toasts.show({ text: "between" });
    for (let seq = 2; seq <= 40; seq++) toasts.show(failure(seq, "no listener"));
    expect(shown()).toEqual(["between", "40 failed: no listener"]);
    toasts.show(failure(41, "timed out"));
    expect(shown()).toEqual(["between", "41 failed"]);
    for (const id of shownToasts(toasts.store.get()).at(-1)?.ids ?? []) toasts.close(id);
    expect(shown()).toEqual(["between"]);
  });

  it("about a failure go when it was seen, or when it succeeded; others stay", () => {
    const toasts = createToasts();
    const shown = () => shownToasts(toasts.store.get()).map((t) => t.text);
    for (const seq of [1, 2, 3]) toasts.show(failure(seq, "timed out"));
    toasts.seen("send 2");
    expect(shown()).toEqual(["2 failed: timed out"]);
    toasts.show({ about: "send 3", tone: "good", text: "#3: 200" });
    expect(shown()).toEqual(["#1: timed out", "#3: 200"]);
    toasts.seen("send 3");
    expect(shown()).toEqual(["#1: timed out", "#3: 200"]);
    toasts.seen("send 1");
    expect(shown()).toEqual(["#3: 200"]);
  });

  it("have words for anything thrown", () => {
    expect(words(new Error("keep request: the disk is full"))).toBe("Keep request: the disk is full");
    expect(words("odd")).toBe("odd");
  });
});

describe("prefs", () => {
  const storage = (text: string | null) => {
    const kept: Record<string, string> = {};
    return {
      kept,
      getItem: () => text,
      setItem: (key: string, value: string) => {
        kept[key] = value;
      },
    };
  };
  it("take what fits and ignore the rest", () => {
    const prefs = createPrefs(storage('{"listWidth":500,"sideWidth":"wide","gone":1}'));
    expect(prefs.get()).toEqual({ ...defaultPrefs, listWidth: 500 });
    for (const text of ["{", "null", "[]", "7", null])
      expect(createPrefs(storage(text)).get()).toEqual(defaultPrefs);
  });
  it("are kept, and do without storage", () => {
    const s = storage(null);
    createPrefs(s).update((p) => ({ ...p, listWidth: 444 }));
    expect(Object.values(s.kept)[0]).toContain('"listWidth":444');
    const off = createPrefs({
      getItem: () => null,
      setItem: () => {
        throw new Error("quota");
      },
    });
    off.update((p) => ({ ...p, listWidth: 333 }));
    expect(off.get().listWidth).toBe(333);
  });
});

describe("theme", () => {
  it("resolves and goes round", () => {
    expect(resolveTheme("system", true)).toBe("dark");
    expect(resolveTheme("light", true)).toBe("light");
    expect(nextTheme(nextTheme(nextTheme("system")))).toBe("system");
  });
});
