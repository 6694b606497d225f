import { plural } from "../model/format";
import type { Desk } from "./desk";

const underWay = new WeakMap<Desk, Promise<unknown>>();

/** Resolves when what was pinned or let go of so far is so in the history, or was refused. */
export function pinsSettled(desk: Desk): Promise<unknown> {
  return underWay.get(desk) ?? Promise.resolve();
}

/** Has pinsSettled wait for that too. */
function settling(desk: Desk, writing: Promise<void>): Promise<void> {
  underWay.set(desk, Promise.allSettled([pinsSettled(desk), writing]));
  return writing;
}

export function setPinned(desk: Desk, seq: number, pinned: boolean): Promise<void> {
  return settling(desk, pinOne(desk, seq, pinned));
}

/** Pins all of these, or when all are pinned lets go of them. */
export function pinPicked(desk: Desk, seqs: readonly number[]): Promise<void> {
  return settling(desk, pinAll(desk, seqs));
}

async function pinOne(desk: Desk, seq: number, pinned: boolean): Promise<void> {
  desk.list.patch(seq, { pinned });
  try {
    await desk.door.mark(seq, { pinned });
  } catch (error) {
    desk.list.patch(seq, { pinned: !pinned });
    throw error;
  }
  await desk.queries.invalidateQueries({ queryKey: ["request", seq] });
}

async function pinAll(desk: Desk, seqs: readonly number[]): Promise<void> {
  const pinned = !seqs.every((seq) => desk.list.rowOf(seq)?.pinned);
  for (const seq of seqs) await pinOne(desk, seq, pinned);
  desk.toasts.show({ text: `${plural(seqs.length, "request")} ${pinned ? "pinned" : "unpinned"}` });
}
