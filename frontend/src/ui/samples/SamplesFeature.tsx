import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { matchSamples, sampleRequest } from "../../model/samples";
import type { Endpoint, Sample } from "../../model/types";
import { INBOX } from "../../state/commands";
import { useDesk } from "../../state/desk";
import { useDialog } from "../../state/dialogs";
import { reads, useEndpoints } from "../../state/queries";
import { useLeave } from "../../state/saving";
import { useStore } from "../../state/store";
import { words } from "../../state/toasts";
import { Button, Dialog, inputClass } from "../parts";
import { Picker } from "./Picker";
import css from "./Samples.module.css";
import { useDrafts } from "./useDrafts";

/** The dialog that sends a sample, edited or not, through the real catch port. */
export function SamplesFeature() {
  const args = useDialog("samples");
  return args ? <Samples endpoint={args.endpoint} /> : null;
}

function Samples({ endpoint }: { endpoint: string | undefined }) {
  const desk = useDesk();
  const samples = useQuery(reads.samples(desk));
  const endpointsRead = useEndpoints();
  const endpoints = endpointsRead.data ?? [];
  const scoped = useStore(desk.scope, (s) => s.endpoint);
  const [query, setQuery] = useState("");
  const [picked, setPicked] = useState<string>();
  const [slug, setSlug] = useState<string>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const drafts = useDrafts();
  const leave = useLeave(drafts.all, "sending");
  const found = matchSamples(samples.data ?? [], query);
  const sample = found.find((s) => s.id === picked) ?? found[0];
  const place = (s: Sample | undefined) => slug ?? endpoint ?? placeFor(s, endpoints, scoped);
  const to = place(sample);

  const send = async (chosen: Sample | undefined, stay = false) => {
    if (!chosen || busy) return;
    setBusy(true);
    setError(undefined);
    const close = desk.dialogs.closer();
    try {
      const sent = await desk.door.sendSample(
        sampleRequest(chosen.id, place(chosen), drafts.seen(chosen.id), drafts.of(chosen.id)),
      );
      if (stay) {
        drafts.renew(chosen.id);
        desk.toasts.show({ text: `Sent ${chosen.title} as #${sent.seq}`, tone: "good" });
      } else {
        close();
        desk.selection.select(sent.seq);
      }
    } catch (reason) {
      setError(words(reason));
    } finally {
      setBusy(false);
    }
  };
  // Enter before the samples are here waits for them, so that a fast hand is not ignored.
  const loading = samples.isPending || endpointsRead.isPending;
  const waiting = useRef<{ stay: boolean }>(undefined);
  const sendOnce = useRef(send);
  sendOnce.current = send;
  const ask = (stay: boolean) => {
    if (loading) waiting.current = { stay };
    else void send(sample, stay);
  };
  useEffect(() => {
    const wanted = waiting.current;
    if (loading || !wanted) return;
    waiting.current = undefined;
    void sendOnce.current(sample, wanted.stay);
  }, [loading, sample]);
  const pick = (id: string | undefined) => {
    setPicked(id);
    setError(undefined);
  };
  const onSearchKey = (event: KeyboardEvent) => {
    const at = sample ? found.indexOf(sample) : -1;
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      pick(found[Math.max(0, Math.min(found.length - 1, at + by))]?.id);
    } else if (event.key === "Enter") {
      event.preventDefault();
      ask(event.ctrlKey || event.metaKey);
    }
  };
  return (
    <Dialog
      open
      onClose={leave}
      title="Send a sample"
      size="min(1180px, 94vw)"
      tall
      footer={
        <>
          <label className={css.to}>
            to
            <select
              className={inputClass}
              aria-label="Endpoint"
              value={to}
              onChange={(e) => setSlug(e.currentTarget.value)}
            >
              {endpoints.map((e) => (
                <option key={e.slug} value={e.slug}>
                  /{e.slug}
                </option>
              ))}
            </select>
          </label>
          <span className={error ? css.error : css.dim} role={error ? "alert" : undefined}>
            {error ?? "Sent over the same URL as your provider's."}
          </span>
          <Button
            onClick={() => void send(sample, true)}
            disabled={!sample || busy}
            kbd={desk.mac ? "⌘ ↵" : "Ctrl ↵"}
          >
            Send another
          </Button>
          <Button look="primary" onClick={() => void send(sample)} disabled={!sample || busy} kbd="↵">
            Send
          </Button>
        </>
      }
    >
      <Picker
        to={to}
        query={query}
        onQuery={(text) => {
          setQuery(text);
          pick(undefined);
          waiting.current = undefined;
        }}
        found={found}
        all={samples.data?.length ?? 0}
        sample={sample}
        onPick={(s) => pick(s.id)}
        onSend={(s, stay) => void send(s, stay)}
        onSearchKey={onSearchKey}
        drafts={drafts}
        loading={samples.isPending}
        failed={samples.error ? words(samples.error) : undefined}
      />
    </Dialog>
  );
}

/** Where a sample goes by itself: its provider's endpoint, else the one in view. */
function placeFor(
  sample: Sample | undefined,
  endpoints: readonly Endpoint[],
  scoped: string | undefined,
): string {
  return scoped ?? endpoints.find((e) => e.slug === sample?.provider)?.slug ?? INBOX;
}
