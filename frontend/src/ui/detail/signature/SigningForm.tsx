import { type FormEvent, useState } from "react";
import { placeText, type Verdict } from "../../../model/signature";
import type { Endpoint } from "../../../model/types";
import { useDesk } from "../../../state/desk";
import { useSaving } from "../../../state/saving";
import { saveSigning, useSignatures } from "../../../state/signing";
import { Button } from "../../parts";
import css from "./Signature.module.css";
import { SigningFields } from "./SigningFields";
import { draftOf, inputOf, type SigningDraft } from "./signingDraft";

export const SIGNING_FIELDS = [
  "provider",
  "secret",
  "scheme",
  "publicKey",
  "publicUrl",
  "signatureHeader",
  "toleranceSeconds",
];

export const TOLERANCE = "Give a whole number of seconds, or nothing for what is usual.";

interface SigningFormProps {
  seq: number;
  endpoint: Endpoint;
  verdict: Verdict;
  /** What trying without saving found. */
  onTried(verdict: Verdict): void;
  onDone(): void;
}

/** Sets the secret of an endpoint where its lack shows, or tries another. */
export function SigningForm({ seq, endpoint, verdict, onTried, onDone }: SigningFormProps) {
  const desk = useDesk();
  const known = useSignatures();
  const [draft, setDraft] = useState<SigningDraft>(() => draftOf(endpoint));
  const { busy, at, other, wrong, save } = useSaving(SIGNING_FIELDS);
  if (!known) return null;
  const read = () => {
    const input = inputOf(draft, endpoint);
    if (!input) wrong("toleranceSeconds", TOLERANCE);
    return input;
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const input = read();
    if (!input) return;
    void save(async () => {
      await saveSigning(desk, endpoint.slug, input);
      const place = (await desk.door.endpoints()).find((e) => e.slug === endpoint.slug)?.secretPlace;
      desk.toasts.show({
        tone: "good",
        text: input.secret ? `Secret of ${endpoint.name} set, ${placeText(place)}` : `Saved ${endpoint.name}`,
      });
      onDone();
    });
  };
  const attempt = () => {
    const input = read();
    if (input) void save(async () => onTried(await desk.door.tryVerdict(seq, input)));
  };
  const remove = () =>
    void save(async () => {
      await saveSigning(desk, endpoint.slug, { secret: null });
      desk.toasts.show({ tone: "good", text: `Secret of ${endpoint.name} removed` });
      onDone();
    });
  return (
    <form className={css.form} aria-label={`Signatures of the endpoint ${endpoint.name}`} onSubmit={submit}>
      <h3 className={css.subtitle}>How requests to {endpoint.slug} are signed</h3>
      <SigningFields
        draft={draft}
        onChange={(part) => setDraft((now) => ({ ...now, ...part }))}
        known={known}
        detected={{ provider: endpoint.provider ? "" : (verdict.provider ?? ""), scheme: verdict.scheme }}
        set={verdict.secretSet ? verdict.secretPlace : undefined}
        at={at}
      />
      <footer>
        {other && (
          <p className={css.error} role="alert">
            {other}
          </p>
        )}
        <Button look="primary" type="submit" disabled={busy}>
          Save for {endpoint.slug}
        </Button>
        <Button disabled={busy} onClick={attempt}>
          Try without saving
        </Button>
        {verdict.secretSet && (
          <>
            <Button disabled={busy} onClick={onDone}>
              Cancel
            </Button>
            <span className={css.grow} />
            <Button look="quiet" disabled={busy} onClick={remove}>
              Remove the secret
            </Button>
          </>
        )}
      </footer>
    </form>
  );
}
