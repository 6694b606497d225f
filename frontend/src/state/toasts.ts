import { DoorError } from "../model/types";
import { createStore } from "./store";

export interface Toast {
  id: number;
  tone: "plain" | "good" | "bad";
  text: string;
  action?: { label: string; run(): unknown };
  /** What it is about: a later toast about the same takes its place. */
  about?: string;
  /** Toasts of one such kind are shown as one. */
  fold?: Fold;
}

export interface Fold {
  kind: string;
  /** The reason alone; told when all have the same. */
  why: string;
  /** What is said of so many: "3 sends failed". */
  many(count: number): string;
  /** What can be done about them all. */
  action?: Toast["action"];
}

/** Toasts as they are seen: one, or many of a kind in one. */
export interface ShownToast extends Pick<Toast, "id" | "tone" | "text" | "action"> {
  /** All that are in it. */
  ids: readonly number[];
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
    store.update((now) => newest([...now, made]));
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
    /** Takes away the failures about something that the person now looks at. */
    seen(about: string): void {
      for (const old of store.get()) if (old.about === about && old.tone === "bad") close(old.id);
    },
    /** Takes away all that was said about something that is done. */
    over(about: string): void {
      for (const old of store.get()) if (old.about === about) close(old.id);
    },
    /** Shows what went wrong, in words. */
    fail(error: unknown): void {
      show({ tone: "bad", text: words(error) });
    },
  };
}

/** Toasts as they are seen, each kind at the place of its newest. */
export function shownToasts(toasts: readonly Toast[]): ShownToast[] {
  return toasts.flatMap((toast, at) => {
    if (!toast.fold) return { ...toast, ids: [toast.id] };
    const alike = toasts.filter((t) => t.fold?.kind === toast.fold?.kind);
    if (toasts.indexOf(alike.at(-1) ?? toast) !== at) return [];
    if (alike.length === 1) return { ...toast, ids: [toast.id] };
    const reasons = new Set(alike.map((t) => t.fold?.why));
    const { why, many, action } = toast.fold;
    return {
      id: toast.id,
      ids: alike.map((t) => t.id),
      tone: toast.tone,
      text: reasons.size === 1 ? `${many(alike.length)}: ${why}` : many(alike.length),
      ...(action ? { action } : {}),
    };
  });
}

function newest(toasts: readonly Toast[]): readonly Toast[] {
  const kept = new Set(
    shownToasts(toasts)
      .slice(-MOST)
      .flatMap((t) => t.ids),
  );
  return toasts.filter((t) => kept.has(t.id));
}

/** The sentence of any thrown thing. */
export function words(error: unknown): string {
  if (error instanceof DoorError || error instanceof Error) {
    const text = error.message || error.name;
    return text.charAt(0).toUpperCase() + text.slice(1);
  }
  return String(error);
}
