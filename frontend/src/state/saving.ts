import { useState } from "react";
import { atColumn } from "../model/reply";
import { DoorError } from "../model/types";
import { useDesk } from "./desk";
import { words } from "./toasts";

export interface Saving {
  busy: boolean;
  /** The field at fault as the door names it, undefined when there is none. */
  field: string | undefined;
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
export function useSaving(
  fields: readonly string[] | ((field: string) => boolean),
  fieldOf: (kind: string) => string = () => "",
): Saving {
  const [error, setError] = useState<{ field: string; text: string }>();
  const [busy, setBusy] = useState(false);
  const known = typeof fields === "function" ? fields : (field: string) => fields.includes(field);
  return {
    busy,
    field: error?.field,
    at: (field) => (error?.field === field ? error.text : undefined),
    other: error && !known(error.field) ? error.text : undefined,
    wrong: (field, text) => setError({ field, text }),
    async save(run) {
      setBusy(true);
      setError(undefined);
      try {
        await run();
      } catch (reason) {
        const field = reason instanceof DoorError ? reason.field || fieldOf(reason.kind) : "";
        const column = reason instanceof DoorError && field.startsWith("reply") ? reason.column : undefined;
        setError({ field, text: atColumn(words(reason), column) });
      } finally {
        setBusy(false);
      }
    },
  };
}

/**
 * How a form is left by Escape, its × or a press beside it: one that was
 * changed asks first. What it holds is compared with what it began with.
 */
export function useLeave(holds: unknown, deed: "saving" | "sending" = "saving"): () => void {
  const { dialogs } = useDesk();
  const now = JSON.stringify(holds);
  const [began] = useState(now);
  return () => {
    if (now === began) return dialogs.close();
    dialogs.open("confirm", {
      title: `Leave without ${deed}?`,
      text: "What you changed here goes when you leave.",
      action: "Discard changes",
      danger: true,
      final: true,
      ends: true,
      run: () => undefined,
    });
  };
}
