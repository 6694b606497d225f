// The registry of everything a person can do. Keys, the command palette, the
// keys help and menus all read it, so an action is written once:
//
//   useActions(() => [{ id: "request.replay", title: "Replay", group: "Request",
//     keys: ["r"], enabled: () => selected !== undefined, run: () => … }], [selected]);
//
// and run from a button by `desk.actions.run("request.replay")`. Key syntax:
// model/keys.ts. An id registered twice: the newest wins until it leaves.
import { useEffect, useRef } from "react";
import { useDesk } from "./desk";
import { createStore } from "./store";

export type ActionGroup = "Request" | "List" | "Go to" | "Endpoints" | "Creel";

export interface Action {
  /** "room.verb", stable: tests and buttons use it. */
  id: string;
  /** What the palette and the keys help show, without a full stop. */
  title: string;
  group: ActionGroup;
  /** Key combinations, the first is shown: "r", "mod+k", "shift+d", "escape", "?". */
  keys?: string[];
  /** More words that the palette finds it by. */
  words?: string;
  /** Not offered by the palette (J, K, arrows …). */
  quiet?: boolean;
  /** Keys work even while a text field has the focus. */
  everywhere?: boolean;
  enabled?(): boolean;
  run(): unknown;
}

export type Actions = ReturnType<typeof createActions>;

export function createActions(
  onError: (error: unknown) => void,
  onRun: (action: Action) => void = () => undefined,
) {
  const store = createStore<readonly Action[]>([]);
  const all = () => {
    const byId = new Map<string, Action>();
    for (const action of store.get()) byId.set(action.id, action);
    return [...byId.values()];
  };
  const find = (id: string) => store.get().findLast((a) => a.id === id);
  return {
    store,
    /** Adds actions; returns what takes them out again. */
    register(actions: readonly Action[]): () => void {
      store.update((now) => [...now, ...actions]);
      return () => store.update((now) => now.filter((a) => !actions.includes(a)));
    },
    all,
    find,
    /** The enabled action for a key combination, or undefined. */
    forKey(key: string, typing: boolean): Action | undefined {
      return store
        .get()
        .findLast((a) => a.keys?.includes(key) && (!typing || a.everywhere) && a.enabled?.() !== false);
    },
    /** Runs it when it is there and enabled; a failure is shown as a toast. */
    run(id: string): void {
      const action = find(id);
      if (!action || action.enabled?.() === false) return;
      onRun(action);
      try {
        Promise.resolve(action.run()).catch(onError);
      } catch (error) {
        onError(error);
      }
    },
  };
}

/** Registers actions for as long as the component is mounted. `make` runs anew when deps change. */
export function useActions(make: () => readonly Action[], deps: readonly unknown[]): void {
  const { actions } = useDesk();
  const latest = useRef(make);
  latest.current = make;
  useEffect(() => actions.register(latest.current()), [actions, ...deps]);
}
