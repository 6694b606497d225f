import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Delivery, Detail, Greeting as Seen } from "../../../model/types";
import { useDesk } from "../../../state/desk";
import { reads } from "../../../state/queries";
import { Button, CopyButton } from "../../parts";
import css from "./Header.module.css";

/** What a request asks as a handshake, how it was answered, and what is left to do. */
export function Greeting({ detail }: { detail: Detail }) {
  const seen = detail.handshake;
  if (!seen) return null;
  return (
    <section className={css.greeting} aria-label={`Handshake of ${seen.name}`}>
      <p>
        <b>{seen.name}</b> {said(seen)}
      </p>
      {seen.confirmUrl && <Confirmation seq={detail.seq} url={seen.confirmUrl} />}
      {seen.token && <Token detail={detail} seen={seen} token={seen.token} />}
      {seen.lacks && <Lacking slug={detail.endpoint} />}
    </section>
  );
}

function said(seen: Seen): string {
  if (seen.lacks)
    return `asks whether this URL is yours. To answer, Creel needs the endpoint’s ${seen.needs ?? "secret"}; the usual reply was given.`;
  if (seen.confirmUrl) return "asks to confirm a subscription. Nothing is fetched until you say so.";
  if (seen.token) return "hands over a token, with which it signs what it sends from now on.";
  return seen.answered
    ? `asked whether this URL is yours, and was answered as it wants it: ${seen.answers}.`
    : "asks whether this URL is yours. Creel did not answer it by itself; the endpoint’s settings say so.";
}

/** Opens the address that SNS named, on a click, and tells what SNS said. */
function Confirmation({ seq, url }: { seq: number; url: string }) {
  const desk = useDesk();
  const [busy, setBusy] = useState(false);
  const { data } = useQuery(reads.deliveries(desk, seq));
  const made = data?.find((d) => d.url === url);
  const confirm = async () => {
    setBusy(true);
    try {
      await desk.door.confirm(seq);
      await desk.queries.invalidateQueries({ queryKey: reads.deliveries(desk, seq).queryKey });
    } catch (error) {
      desk.toasts.fail(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={css.greetingAct}>
      <Button
        small
        look={made ? "plain" : "primary"}
        disabled={busy || made?.state === "waiting" || made?.state === "sending"}
        onClick={() => void confirm()}
      >
        {made ? "Confirm again" : "Confirm subscription"}
      </Button>
      <span role="status">{made && outcome(made)}</span>
    </div>
  );
}

function outcome(d: Delivery): string {
  const last = d.attempts.at(-1);
  if (!last) return "Asking SNS…";
  if (last.error) return `Not confirmed: ${last.error.text}`;
  return last.status === 200
    ? "Confirmed: SNS answered 200."
    : `SNS answered ${last.status}; its words are under Deliveries.`;
}

function Token({ detail, seen, token }: { detail: Detail; seen: Seen; token: string }) {
  const desk = useDesk();
  const [kept, setKept] = useState(false);
  const keep = async () => {
    try {
      await desk.door.changeEndpoint(detail.endpoint, { secret: token });
      await desk.queries.invalidateQueries({ queryKey: ["endpoints"] });
      setKept(true);
      desk.toasts.show({ tone: "good", text: `Kept as the secret of ${detail.endpoint}` });
    } catch (error) {
      desk.toasts.fail(error);
    }
  };
  return (
    <div className={css.greetingAct}>
      <code className={css.token}>{token}</code>
      <CopyButton small label={`Copy the token of ${seen.name}`} onCopy={() => desk.host.copyText(token)} />
      <Button small disabled={kept} onClick={() => void keep()}>
        {kept ? "Kept as secret" : "Keep as secret"}
      </Button>
    </div>
  );
}

function Lacking({ slug }: { slug: string }) {
  const { dialogs } = useDesk();
  return (
    <div className={css.greetingAct}>
      <Button small onClick={() => dialogs.open("endpoint", { slug, part: "signature" })}>
        Open the endpoint
      </Button>
    </div>
  );
}
