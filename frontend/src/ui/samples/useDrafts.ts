import { useState } from "react";
import type { SampleDraft } from "../../model/samples";
import type { SampleMessage } from "../../model/types";

/** What was seen and changed of each sample while the dialog is open. */
export interface Drafts {
  /** Of this opening: messages of an earlier one were sent, perhaps, and are not shown again. */
  opening: string;
  /** All that was changed. */
  all: readonly (readonly [id: string, draft: SampleDraft])[];
  of(id: string): SampleDraft | undefined;
  set(id: string, draft: SampleDraft | undefined): void;
  /** The message as it is shown, whose ids and times are to be sent. */
  seen(id: string): SampleMessage | undefined;
  see(id: string, message: SampleMessage): void;
  /** How often ids and times were asked for anew. */
  round(id: string): number;
  renew(id: string): void;
}

export function useDrafts(): Drafts {
  const [opening] = useState(() => crypto.randomUUID());
  const [messages] = useState(() => new Map<string, SampleMessage>());
  const [drafts, setDrafts] = useState<ReadonlyMap<string, SampleDraft>>(new Map());
  const [rounds, setRounds] = useState<ReadonlyMap<string, number>>(new Map());
  return {
    opening,
    all: [...drafts],
    of: (id) => drafts.get(id),
    set: (id, draft) =>
      setDrafts((now) => {
        const next = new Map(now);
        if (draft) next.set(id, draft);
        else next.delete(id);
        return next;
      }),
    seen: (id) => messages.get(id),
    see: (id, message) => {
      messages.set(id, message);
    },
    round: (id) => rounds.get(id) ?? 0,
    renew: (id) => {
      messages.delete(id);
      setRounds((now) => new Map(now).set(id, (now.get(id) ?? 0) + 1));
    },
  };
}
