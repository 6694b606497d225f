// Everything with state, built once by main.tsx and handed down by context.
// Components reach it by useDesk(); nothing here is global.
import { QueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { type Door, openDoor } from "../host/door";
import type { Host, Session } from "../host/host";
import { type LinkState, openLive } from "../host/live";
import { everything, filterOf, type Scope } from "../model/scope";
import { type Actions, createActions } from "./actions";
import { setRead } from "./commands";
import { createDialogs, type Dialogs } from "./dialogs";
import { LiveList } from "./livelist";
import { createPicks, type Picks } from "./picks";
import { createPrefs, type Prefs } from "./prefs";
import { createSelection, type Selection } from "./selection";
import { createStore, type Store } from "./store";
import { createSync } from "./sync";
import { createToasts, type Toasts } from "./toasts";

export interface Desk {
  host: Host;
  door: Door;
  queries: QueryClient;
  list: LiveList;
  /** What the list shows; change it by setScope. */
  scope: Store<Scope>;
  setScope(change: Partial<Scope>): void;
  /** Gives up a search that is under way and goes back to what the list shows. */
  stopSearch(): void;
  selection: Selection;
  /** Several requests chosen together. */
  picks: Picks;
  /** Requests deleted here; the list may show them for a moment longer. */
  deleted: Set<number>;
  actions: Actions;
  dialogs: Dialogs;
  toasts: Toasts;
  prefs: Store<Prefs>;
  /** State of the live line. */
  link: Store<LinkState>;
  /** Arrivals per second over the last few seconds. */
  rate: Store<number>;
  mac: boolean;
  /** Opens the live line; the returned function closes it. */
  start(): () => void;
}

export function createDesk(host: Host, session: Session): Desk {
  const door = openDoor(session);
  const toasts = createToasts();
  const queries = new QueryClient({
    defaultOptions: {
      // The live signal says when something changed; nothing polls.
      queries: { staleTime: 60_000, retry: false, refetchOnWindowFocus: false, networkMode: "always" },
      mutations: { networkMode: "always" },
    },
  });
  const list = new LiveList({ fetch: door.list, schedule: soon, onReset: () => selection.afterReset() });
  const selection = createSelection(list);
  const picks = createPicks(list, selection);
  // The reading pane is never left empty beside a full list: until the person
  // chooses, it shows the newest, unless they come too fast to read.
  list.view.subscribe(() => {
    const first = list.row(0);
    const { seq, chosen } = selection.store.get();
    if (!first || chosen || seq === first.seq) return;
    if (seq === undefined || rate.get() < READABLE_RATE) selection.select(first.seq, false);
  });
  const scope = createStore<Scope>(everything);
  /** The scope of the rows that the list has. */
  let shown = everything;
  const link = createStore<LinkState>("connecting");
  const rate = createStore(0);
  const sync = createSync({ door, list, queries, rate, onError: () => undefined });

  return {
    host,
    door,
    queries,
    list,
    scope,
    setScope(change) {
      scope.update((now) => ({ ...now, ...change }));
      picks.clear();
      const wanted = scope.get();
      void list.setFilter(filterOf(wanted).filter).then(() => {
        if (scope.get() === wanted && !list.isSearching) shown = wanted;
      });
    },
    stopSearch() {
      list.stop();
      scope.set(shown);
    },
    selection,
    picks,
    deleted: new Set(),
    actions: createActions(toasts.fail, (action) => {
      if (action.group === "Request") selection.keep();
    }),
    dialogs: createDialogs(),
    toasts,
    prefs: createPrefs(),
    link,
    rate,
    mac: /Mac|iPhone|iPad/.test(navigator.platform),
    start() {
      const read = async () => {
        await list.reload();
        if (list.isReady) sync.begin(list.readAt);
      };
      void read();
      const live = openLive(session, {
        onSignal: sync.signal,
        onState(state) {
          const before = link.get();
          link.set(state);
          if (state !== "connected" || before !== "reconnecting") return;
          if (!list.isReady) void read();
          void sync.resync();
        },
      });
      const wake = () => {
        if (document.visibilityState === "visible") live.retryNow();
      };
      document.addEventListener("visibilitychange", wake);
      const stopReading = readWhenOpened(this);
      return () => {
        stopReading();
        document.removeEventListener("visibilitychange", wake);
        live.close();
      };
    },
  };
}

const READ_AFTER_MS = 250;
/** Arrivals per second that the reading pane still follows. */
const READABLE_RATE = 3;

/** Marks a request read once it stayed open for a moment; passing over it does not. */
function readWhenOpened(desk: Desk): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return desk.selection.store.subscribe(() => {
    clearTimeout(timer);
    const { seq, chosen } = desk.selection.store.get();
    if (seq === undefined || !chosen) return;
    timer = setTimeout(() => {
      const row = desk.list.rowOf(seq);
      if (row && !row.read) setRead(desk, seq, true).catch(() => undefined);
    }, READ_AFTER_MS);
  });
}

/** One commit a frame; a hidden window draws no frames and gets it at once. */
function soon(commit: () => void): void {
  if (document.visibilityState === "hidden") queueMicrotask(commit);
  else requestAnimationFrame(commit);
}

export const DeskContext = createContext<Desk | undefined>(undefined);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("use desk: there is no DeskContext above");
  return desk;
}
