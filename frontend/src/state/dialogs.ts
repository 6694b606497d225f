// The one dialog that is open, and what it was opened with. A feature renders
// its dialog when useDialog("name") gives it arguments:
//
//   const args = useDialog("settings");
//   return <Dialog open={args !== undefined} onClose={desk.dialogs.close} title="Settings">…
//
// and anybody opens it by desk.dialogs.open("settings", {}).

import type { ReplyPart } from "../model/reply";
import type { RunForm, What } from "../model/runform";
import type { MessageRef } from "../model/types";
import { useDesk } from "./desk";
import { createStore, useStore } from "./store";

export interface DialogArgs {
  /** Command palette. */
  palette: { query?: string };
  /** Keys help. */
  keys: object;
  /** ui/send: edit a copy and send it, or send it as it is to a target or URL. */
  send: { seq: number; mode: "edit" | "forward" };
  /** ui/send: the note and tags of a request. */
  note: { seq: number };
  /** ui/compare: two messages side by side. */
  compare: { left: MessageRef; right: MessageRef };
  /** ui/batch: what a run is to send, and how it begins. */
  batch: { what: What; requests: number | undefined; form?: Partial<RunForm> };
  /** ui/batch: the progress and results of one run. */
  run: { id: number };
  /** ui/batch: the runs so far. */
  runs: object;
  settings: { section?: string };
  /** ui/endpoints: a slug edits, none creates. */
  endpoint: { slug?: string; part?: ReplyPart };
  target: { name?: string; url?: string };
  /** ui/shell: a saved filter by its name, else a new one. */
  filter: { name?: string; filter: string };
  samples: { endpoint?: string };
  /**
   * Asks before something large; final when it cannot be undone, and Enter
   * then cancels. The dialog it was asked over goes with it when it ends that,
   * else it comes back as it was left.
   */
  confirm: {
    title: string;
    text: string;
    action: string;
    danger?: boolean;
    final?: boolean;
    ends?: boolean;
    run(): unknown;
  };
}

export type DialogName = keyof DialogArgs;
export type OpenDialog = {
  [N in DialogName]: { name: N; args: DialogArgs[N]; under?: OpenDialog };
}[DialogName];

export type Dialogs = ReturnType<typeof createDialogs>;

export function createDialogs() {
  const store = createStore<OpenDialog | undefined>(undefined);
  return {
    store,
    /** Opens it in place of whatever is open; a question is asked over what is open, which waits under it. */
    open<N extends DialogName>(name: N, args: DialogArgs[N]): void {
      const open = store.get();
      const waits = open && !["confirm", "palette", "keys"].includes(open.name);
      const under = name === "confirm" && waits ? open : undefined;
      store.set({ name, args, ...(under && { under }) } as OpenDialog);
    },
    /** Closes the one on top; what waits under it comes back as it was left. */
    close(): void {
      store.set(store.get()?.under);
    },
    /**
     * Closes the one that is on top now, when it still is: for work that may
     * end after the person went on to something else.
     */
    closer(): () => void {
      const mine = store.get();
      return () => {
        if (mine !== undefined && store.get() === mine) store.set(mine.under);
      };
    },
    /** Closes all of them. */
    closeAll(): void {
      store.set(undefined);
    },
  };
}

/** The arguments while that dialog is open or waits under a question, else undefined. */
export function useDialog<N extends DialogName>(name: N): DialogArgs[N] | undefined {
  const { dialogs } = useDesk();
  return useStore(dialogs.store, (open) => {
    const d = open?.name === name ? open : open?.under;
    return d?.name === name ? (d.args as DialogArgs[N]) : undefined;
  });
}
