import { useState } from "react";
import { sameByNature } from "../../model/comparing";

const KEY = "creel.ignored";

type Kept = Record<string, string[]>;

function read(): Kept {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof kept === "object" && kept !== null ? (kept as Kept) : {};
  } catch {
    return {};
  }
}

/** Paths left out of comparisons, remembered on this machine for each endpoint. */
export function useIgnored(memory: string) {
  const usual = memory.startsWith("answers") ? sameByNature : [];
  const [paths, setPaths] = useState<readonly string[]>(() => read()[memory] ?? usual);
  const set = (next: string[]) => {
    setPaths(next);
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...read(), [memory]: next }));
    } catch {
      // Storage may be off or full; the list then lasts for this view.
    }
  };
  return {
    paths: paths as string[],
    add: (path: string) => set([...new Set([...paths, path])]),
    remove: (path: string) => set(paths.filter((p) => p !== path)),
  };
}
