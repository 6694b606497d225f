import type { Desk } from "./desk";

const underWay = new WeakMap<Desk, Map<string, Promise<void>>>();

/**
 * Writes to one thing (`what`) one after another, in the order asked for: two
 * requests may overtake each other on their way, and the earlier wish would win.
 */
export function inTurn<T>(desk: Desk, what: string, write: () => Promise<T>): Promise<T> {
  const turns = underWay.get(desk) ?? new Map<string, Promise<void>>();
  underWay.set(desk, turns);
  const done = (turns.get(what) ?? Promise.resolve()).then(write);
  const over = done.then(
    () => {},
    () => {},
  );
  turns.set(what, over);
  over.then(() => {
    if (turns.get(what) === over) turns.delete(what);
  });
  return done;
}

/** Resolves when all that was to be written in turn so far is written, or was refused. */
export async function settled(desk: Desk): Promise<void> {
  await Promise.all(underWay.get(desk)?.values() ?? []);
}
