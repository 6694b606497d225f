import { expect, it, vi } from "vitest";
import { setTheme } from "./commands";
import type { Desk } from "./desk";
import { pinPicked, setPinned } from "./pins";
import { loopPinned } from "./runs";
import type { ThemeChoice } from "./theme";

/** A desk whose marks wait for answer. */
function deskThat() {
  const marked: number[] = [];
  const waiting: (() => void)[] = [];
  const mark = (seq: number) =>
    new Promise<void>((resolve, reject) => {
      waiting.push(() => {
        if (seq < 0) return reject(new Error("no such request"));
        marked.push(seq);
        resolve();
      });
    });
  const startRun = vi.fn(async () => {
    throw new Error(`begun with ${marked.join()}`);
  });
  const desk = {
    list: { patch: () => {}, rowOf: () => undefined },
    door: { mark, startRun },
    queries: { invalidateQueries: async () => {} },
    dialogs: { store: { get: () => 0 } },
    toasts: { show: () => {} },
  } as unknown as Desk;
  const answer = async () => {
    await vi.waitFor(() => expect(waiting).not.toHaveLength(0));
    waiting.shift()?.();
  };
  return { desk, answer, startRun };
}

it("the loop over the pinned ones begins with those that were pinned just now", async () => {
  const { desk, answer, startRun } = deskThat();
  const picked = pinPicked(desk, [1, 2]);
  const one = setPinned(desk, 3, true);
  const loop = loopPinned(desk);
  for (let n = 0; n < 3; n++) {
    expect(startRun).not.toHaveBeenCalled();
    await answer();
  }
  await expect(loop).rejects.toThrow("begun with 1,2,3");
  await Promise.all([picked, one]);
});

it("a pin that was refused holds nothing up", async () => {
  const { desk, answer, startRun } = deskThat();
  const refused = setPinned(desk, -1, true);
  const loop = loopPinned(desk);
  await answer();
  await expect(refused).rejects.toThrow("no such request");
  await expect(loop).rejects.toThrow("begun with ");
  expect(startRun).toHaveBeenCalledOnce();
});

it("the last of two quick wishes is what stays", async () => {
  const stored: ThemeChoice[] = [];
  const answers: (() => void)[] = [];
  const desk = {
    prefs: { update: () => {} },
    queries: { invalidateQueries: async () => {} },
    door: {
      changeSettings: ({ theme }: { theme: ThemeChoice }) =>
        new Promise<void>((resolve) => {
          answers.push(() => {
            stored.push(theme);
            resolve();
          });
        }),
    },
  } as unknown as Desk;
  const both = Promise.all([setTheme(desk, "light"), setTheme(desk, "dark")]);
  await vi.waitFor(() => expect(answers).not.toHaveLength(0));
  answers.pop()?.(); // were both under way, the second would be written first
  await vi.waitFor(() => expect(answers).not.toHaveLength(0));
  answers.pop()?.();
  await both;
  expect(stored).toEqual(["light", "dark"]);
});
