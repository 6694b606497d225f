import { expect, it, vi } from "vitest";
import type { Row } from "../model/types";
import { removeRequest } from "./commands";
import type { Desk } from "./desk";
import { createSelection } from "./selection";
import { createToasts } from "./toasts";

/** A desk whose list keeps showing what is deleted, as it does until it is read anew. */
function deskWith(...seqs: number[]) {
  const rows = seqs.map((seq) => ({ seq }) as Row);
  const list = {
    length: rows.length,
    row: (at: number) => rows[at],
    indexOf: (seq: number) => seqs.indexOf(seq),
    ordinalOf: (seq: number) => seqs.indexOf(seq),
    indexOfOrdinal: (ordinal: number) => ordinal,
  };
  const selection = createSelection(list as never);
  const door = {
    trashOne: vi.fn(async (seq: number) => ({ id: seq })),
    restore: vi.fn(async () => ({ count: 1 })),
  };
  const desk = { list, selection, door, deleted: new Set(), toasts: createToasts() } as unknown as Desk;
  return { desk, open: () => selection.store.get().seq };
}

it("deleting goes down the list, then up, and never to what is deleted", async () => {
  const { desk, open } = deskWith(9, 8, 7, 6);
  desk.selection.select(8);
  await removeRequest(desk, 8);
  expect(open()).toBe(7);
  await removeRequest(desk, 7);
  expect(open()).toBe(6);
  await removeRequest(desk, 6);
  expect(open()).toBe(9);
  await removeRequest(desk, 9);
  expect(open()).toBeUndefined();
});

it("a request that is not open is deleted beside the one that is", async () => {
  const { desk, open } = deskWith(9, 8, 7);
  desk.selection.select(9);
  await removeRequest(desk, 8);
  expect(open()).toBe(9);
  await removeRequest(desk, 9);
  expect(open()).toBe(7);
});
