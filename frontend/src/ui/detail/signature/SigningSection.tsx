import { useState } from "react";
import type { SigningInput } from "../../../model/signature";
import type { Endpoint } from "../../../model/types";
import { useSignatures } from "../../../state/signing";
import { Button } from "../../parts";
import css from "./Signature.module.css";
import { SigningFields } from "./SigningFields";
import { draftOf, inputOf, type SigningDraft } from "./signingDraft";

export interface SigningOfEndpoint {
  draft: SigningDraft;
  change(part: Partial<SigningDraft>): void;
  /** Whether the secret that is set goes when the form is saved. */
  removes: boolean;
  remove(yes: boolean): void;
  /** What differs; undefined when the tolerance is no number. */
  input(): SigningInput | undefined;
}

/** How an endpoint's requests are signed, as part of a larger form. */
export function useSigning(endpoint: Endpoint | undefined): SigningOfEndpoint {
  const [draft, setDraft] = useState<SigningDraft>(() => draftOf(endpoint));
  const [removes, remove] = useState(false);
  return {
    draft,
    change: (part) => setDraft((now) => ({ ...now, ...part })),
    removes,
    remove,
    input: () => {
      const input = inputOf(draft, endpoint);
      return input && removes && input.secret === undefined ? { ...input, secret: null } : input;
    },
  };
}

interface SigningSectionProps {
  signing: SigningOfEndpoint;
  endpoint: Endpoint | undefined;
  at(field: string): string | undefined;
}

/** The fields of it. */
export function SigningSection({ signing, endpoint, at }: SigningSectionProps) {
  const known = useSignatures();
  if (!known) return null;
  const set = endpoint?.secretSet && !signing.removes;
  return (
    <div className={css.section}>
      <SigningFields
        draft={signing.draft}
        onChange={signing.change}
        known={known}
        detected={{ provider: "", scheme: "" }}
        set={set ? endpoint.secretPlace : undefined}
        at={at}
      />
      {endpoint?.secretSet && (
        <p className={css.note}>
          {signing.removes ? "The secret is removed when you save. " : ""}
          <Button small onClick={() => signing.remove(!signing.removes)}>
            {signing.removes ? "Keep the secret" : "Remove the secret"}
          </Button>
        </p>
      )}
    </div>
  );
}
