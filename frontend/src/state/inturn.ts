import type { Desk } from "./desk";

const last = new WeakMap<Desk, Promise<unknown>>();

/**
 * Writes one thing after another, in the order asked for: two requests may
 * overtake each other on their way, and the earlier wish would win.
 */
export function inTurn<T>(desk: Desk, write: () => Promise<T>): Promise<T> {
  const done = settled(desk).then(write);
  last.set(
    desk,
    done.catch(() => {}),
  );
  return done;
}

/** Resolves when all that was to be written in turn so far is written, or was refused. */
export function settled(desk: Desk): Promise<unknown> {
  return last.get(desk) ?? Promise.resolve();
}
