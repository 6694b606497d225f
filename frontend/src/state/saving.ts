import { useState } from "react";
import { DoorError } from "../model/types";
import { words } from "./toasts";

export interface Saving {
  busy: boolean;
  /** What is wrong with a field, undefined when nothing is. */
  at(field: string): string | undefined;
  /** What is wrong and belongs to none of the form's fields. */
  other: string | undefined;
  /** Says what is wrong with a field before anything is sent. */
  wrong(field: string, text: string): void;
  /** Runs it; what the door refuses is told at the field that it names. */
  save(run: () => Promise<void>): Promise<void>;
}

/**
 * Saves a form with these fields. A fault that names no field goes to the one
 * that `fieldOf` picks by the fault's kind, else to `other`.
 */
export function useSaving(fields: readonly string[], fieldOf: (kind: string) => string = () => ""): Saving {
  const [error, setError] = useState<{ field: string; text: string }>();
  const [busy, setBusy] = useState(false);
  return {
    busy,
    at: (field) => (error?.field === field ? error.text : undefined),
    other: error && !fields.includes(error.field) ? error.text : undefined,
    wrong: (field, text) => setError({ field, text }),
    async save(run) {
      setBusy(true);
      setError(undefined);
      try {
        await run();
      } catch (reason) {
        const field = reason instanceof DoorError ? reason.field || fieldOf(reason.kind) : "";
        setError({ field, text: words(reason) });
      } finally {
        setBusy(false);
      }
    },
  };
}
