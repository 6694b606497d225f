import { createStore, type Store } from "./store";

/** What is remembered on this machine for the look of the page only. */
export interface Prefs {
  sideWidth: number;
  listWidth: number;
  /** Last known theme choice, so that the first paint is right; the truth is in the settings. */
  theme: "system" | "light" | "dark";
  detailTab: string;
  bodyView: string;
  /** Sign anew what is sent on, where that is possible. */
  resign: boolean;
  /** Ids of the commands run from the palette, the last first. */
  commands: string[];
}

const KEY = "creel.prefs";

export const defaultPrefs: Prefs = {
  sideWidth: 216,
  listWidth: 432,
  theme: "system",
  detailTab: "body",
  bodyView: "tree",
  resign: false,
  commands: [],
};

/** Reads the remembered choices; anything unreadable falls back to the defaults. */
export function createPrefs(storage: Pick<Storage, "getItem" | "setItem"> = localStorage): Store<Prefs> {
  let initial = defaultPrefs;
  try {
    const kept = JSON.parse(storage.getItem(KEY) ?? "{}") as Record<string, unknown>;
    const usable = Object.entries(defaultPrefs).filter(
      ([k, v]) => typeof kept[k] === typeof v && Array.isArray(kept[k]) === Array.isArray(v),
    );
    initial = { ...defaultPrefs, ...Object.fromEntries(usable.map(([k]) => [k, kept[k]])) };
  } catch {
    // Kept by another version or damaged: the defaults do.
  }
  const store = createStore(initial);
  store.subscribe(() => {
    try {
      storage.setItem(KEY, JSON.stringify(store.get()));
    } catch {
      // Storage may be off or full; the choice then lasts for this window.
    }
  });
  return store;
}
