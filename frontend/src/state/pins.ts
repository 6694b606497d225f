import { plural } from "../model/format";
import type { Desk } from "./desk";
import { inTurn } from "./inturn";

export async function setPinned(desk: Desk, seq: number, pinned: boolean): Promise<void> {
  desk.list.patch(seq, { pinned });
  try {
    await inTurn(desk, `request ${seq}`, () => desk.door.mark(seq, { pinned }));
  } catch (error) {
    desk.list.patch(seq, { pinned: !pinned });
    throw error;
  }
  await desk.queries.invalidateQueries({ queryKey: ["request", seq] });
}

/** Pins all of these, or when all are pinned lets go of them. */
export async function pinPicked(desk: Desk, seqs: readonly number[]): Promise<void> {
  const pinned = !seqs.every((seq) => desk.list.rowOf(seq)?.pinned);
  await Promise.all(seqs.map((seq) => setPinned(desk, seq, pinned)));
  desk.toasts.show({ text: `${plural(seqs.length, "request")} ${pinned ? "pinned" : "unpinned"}` });
}
