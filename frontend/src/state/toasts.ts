import { DoorError } from "../model/types";
import { createStore } from "./store";

export interface Toast {
  id: number;
  tone: "plain" | "good" | "bad";
  text: string;
  action?: { label: string; run(): unknown };
  /** What it is about: a later toast about the same takes its place. */
  about?: string;
}

export type Toasts = ReturnType<typeof createToasts>;

const MOST = 4;

/** Short messages at the bottom. With an action they stay 10 s, plain ones 4 s, failures until closed. */
export function createToasts() {
  const store = createStore<readonly Toast[]>([]);
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  let next = 1;
  const close = (id: number) => {
    clearTimeout(timers.get(id));
    timers.delete(id);
    store.update((now) => now.filter((t) => t.id !== id));
  };
  const show = (toast: Omit<Toast, "id" | "tone"> & { tone?: Toast["tone"] }): number => {
    for (const old of store.get()) {
      const same = old.text === toast.text && !toast.action;
      if (same || (toast.about !== undefined && old.about === toast.about)) close(old.id);
    }
    const made: Toast = { tone: "plain", ...toast, id: next++ };
    store.update((now) => [...now.slice(-(MOST - 1)), made]);
    if (made.tone !== "bad")
      timers.set(
        made.id,
        setTimeout(() => close(made.id), made.action ? 10_000 : 4_000),
      );
    return made.id;
  };
  return {
    store,
    show,
    close,
    /** Shows what went wrong, in words. */
    fail(error: unknown): void {
      show({ tone: "bad", text: words(error) });
    },
  };
}

/** The sentence of any thrown thing. */
export function words(error: unknown): string {
  if (error instanceof DoorError || error instanceof Error) {
    const text = error.message || error.name;
    return text.charAt(0).toUpperCase() + text.slice(1);
  }
  return String(error);
}
