// Counts out a list whose total is only a lower bound, in steps of the door,
// each short, so that it can be shown and stopped at any moment.
import { useEffect, useState } from "react";
import type { Door } from "../host/door";
import { useDesk } from "./desk";
import type { Uncounted } from "./listview";
import type { LiveList } from "./livelist";
import { createStore, useStore } from "./store";

export interface CountingState {
  /** "stopped": by the person, or because the door failed; it can be begun again. */
  phase: "idle" | "counting" | "stopped";
  /** Percent of the history looked at. */
  percent: number;
}

const IDLE: CountingState = { phase: "idle", percent: 0 };

export interface CountingOptions {
  door: Pick<Door, "count">;
  list: Pick<LiveList, "view" | "uncounted" | "stillUncounted" | "counted">;
}

export type Counting = ReturnType<typeof createCounting>;

export function createCounting({ door, list }: CountingOptions) {
  const store = createStore<CountingState>(IDLE);
  let job: { what: Uncounted; abort: AbortController } | undefined;

  function end(phase: CountingState["phase"]): void {
    job?.abort.abort();
    if (phase === "idle") job = undefined;
    store.set(phase === "idle" ? IDLE : { phase, percent: 0 });
  }

  async function run(what: Uncounted, signal: AbortSignal): Promise<void> {
    let counted = 0;
    let scanned = 0;
    let all = 0;
    let before = what.upTo + 1;
    try {
      while (!signal.aborted) {
        const step = await door.count(what.filter, before, signal);
        if (signal.aborted) return;
        counted += step.counted;
        scanned += step.scanned;
        all ||= step.of;
        if (step.next === null) {
          end("idle");
          list.counted(what, counted, true);
          return;
        }
        before = step.next;
        list.counted(what, counted, false);
        const percent = all > 0 ? Math.min(99, Math.floor((100 * scanned) / all)) : 0;
        store.update((now) => (now.percent === percent ? now : { phase: "counting", percent }));
      }
    } catch {
      // The rows say what is wrong with the door; the count is only left out.
      if (!signal.aborted) end("stopped");
    }
  }

  function begin(): void {
    const what = list.uncounted;
    if (!what) return;
    job?.abort.abort();
    job = { what, abort: new AbortController() };
    store.set({ phase: "counting", percent: 0 });
    void run(what, job.abort.signal);
  }

  /** Begins what has not been begun or stopped, ends what nobody wants to know any more. */
  function look(): void {
    if (job && !list.stillUncounted(job.what)) end("idle");
    if (!job) begin();
  }

  return {
    store,
    begin,
    stop: () => end("stopped"),
    /** Follows the list until the returned function is called. */
    start(): () => void {
      const leave = list.view.subscribe(look);
      look();
      return () => {
        leave();
        end("idle");
      };
    },
  };
}

/** Counts the list for as long as the component is mounted. */
export function useCounting(): { counting: Counting; state: CountingState } {
  const desk = useDesk();
  const [counting] = useState(() => createCounting(desk));
  useEffect(() => counting.start(), [counting]);
  return { counting, state: useStore(counting.store) };
}
