import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { contentKind } from "../../model/format";
import type { Endpoint, Sample } from "../../model/types";
import { INBOX } from "../../state/commands";
import { useDesk } from "../../state/desk";
import { useDialog } from "../../state/dialogs";
import { reads, useEndpoints } from "../../state/queries";
import { useStore } from "../../state/store";
import { words } from "../../state/toasts";
import { Button, CopyButton, Dialog, inputClass, Tag } from "../parts";
import css from "./Samples.module.css";

/** The dialog that sends a sample through the real catch port. */
export function SamplesFeature() {
  const args = useDialog("samples");
  return args ? <Samples endpoint={args.endpoint} /> : null;
}

function Samples({ endpoint }: { endpoint: string | undefined }) {
  const desk = useDesk();
  const samples = useQuery(reads.samples(desk));
  const endpoints = useEndpoints().data ?? [];
  const scoped = useStore(desk.scope, (s) => s.endpoint);
  const [query, setQuery] = useState("");
  const [picked, setPicked] = useState<string>();
  const [slug, setSlug] = useState<string>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const found = match(samples.data ?? [], query);
  const sample = found.find((s) => s.id === picked) ?? found[0];
  const to = slug ?? endpoint ?? placeFor(sample, endpoints, scoped);

  const send = async (chosen: Sample | undefined, stay = false) => {
    if (!chosen || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      const sent = await desk.door.sendSample(
        chosen.id,
        slug ?? endpoint ?? placeFor(chosen, endpoints, scoped),
      );
      if (stay) desk.toasts.show({ text: `Sent ${chosen.title} as #${sent.seq}`, tone: "good" });
      else {
        desk.dialogs.close();
        desk.selection.select(sent.seq);
      }
    } catch (reason) {
      setError(words(reason));
    } finally {
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = sample ? found.indexOf(sample) : -1;
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      setPicked(found[Math.max(0, Math.min(found.length - 1, at + by))]?.id);
    } else if (event.key === "Enter") {
      event.preventDefault();
      void send(sample, event.ctrlKey || event.metaKey);
    }
  };
  return (
    <Dialog
      open
      onClose={desk.dialogs.close}
      title="Send a sample"
      size={820}
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
            {error ?? "Sent over the catch port, as its provider would."}
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
        query={query}
        onQuery={(text) => {
          setQuery(text);
          setPicked(undefined);
        }}
        found={found}
        sample={sample}
        onPick={(s) => setPicked(s.id)}
        onSend={(s) => void send(s)}
        onKeyDown={onKeyDown}
        failed={samples.error ? words(samples.error) : undefined}
      />
    </Dialog>
  );
}

interface PickerProps {
  query: string;
  onQuery(text: string): void;
  found: readonly Sample[];
  sample: Sample | undefined;
  onPick(sample: Sample): void;
  onSend(sample: Sample): void;
  onKeyDown(event: KeyboardEvent): void;
  failed: string | undefined;
}

function Picker({ query, onQuery, found, sample, onPick, onSend, onKeyDown, failed }: PickerProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (sample) list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [sample]);
  const providers = [...new Set(found.map((s) => s.providerName))];
  return (
    <div className={css.picker}>
      <div className={css.left}>
        <input
          className={inputClass}
          role="combobox"
          aria-label="Search samples"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={sample ? `${id}-${sample.id}` : undefined}
          placeholder="Search: stripe, push, form, xml …"
          data-autofocus
          value={query}
          onChange={(e) => onQuery(e.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <div className={css.list} role="listbox" id={`${id}-list`} aria-label="Samples" ref={list}>
          {providers.map((provider) => (
            // biome-ignore lint/a11y/useSemanticElements: a group of options in a listbox is no fieldset
            <div key={provider} role="group" aria-label={provider}>
              <div className={css.provider} aria-hidden="true">
                {provider}
              </div>
              {found
                .filter((s) => s.providerName === provider)
                .map((s) => (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the search field's, which keeps the focus
                  <div
                    key={s.id}
                    id={`${id}-${s.id}`}
                    role="option"
                    tabIndex={-1}
                    aria-selected={s === sample}
                    className={css.option}
                    onClick={() => onPick(s)}
                    onDoubleClick={() => onSend(s)}
                  >
                    <span className={css.event}>{s.event}</span>
                    <span className={css.kind}>{contentKind(s.contentType)}</span>
                  </div>
                ))}
            </div>
          ))}
          {found.length === 0 && <p className={css.none}>{failed ?? "No sample has these words."}</p>}
        </div>
      </div>
      {sample && <About sample={sample} />}
    </div>
  );
}

function About({ sample }: { sample: Sample }) {
  const desk = useDesk();
  return (
    <section className={css.about} aria-label="About this sample">
      <h3>{sample.title}</h3>
      {sample.description && <p>{sample.description}</p>}
      <dl>
        <dt>Provider</dt>
        <dd>{sample.providerName}</dd>
        <dt>Event</dt>
        <dd>
          <code>{sample.event}</code>
        </dd>
        <dt>Sent as</dt>
        <dd>
          <Tag tone="info">{sample.method}</Tag> <code>{sample.contentType}</code>
        </dd>
        {sample.secret && (
          <>
            <dt>Test secret</dt>
            <dd className={css.secret}>
              <code>{sample.secret}</code>
              <CopyButton
                iconOnly
                label="Copy the test secret"
                onCopy={() => desk.host.copyText(sample.secret ?? "")}
              />
            </dd>
          </>
        )}
      </dl>
      <p className={css.dim}>
        Ids and times are new at each send
        {sample.secret ? ", and the signature is made with this secret" : ""}.
      </p>
    </section>
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

function match(samples: readonly Sample[], query: string): Sample[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  return samples.filter((s) => {
    const all =
      `${s.providerName} ${s.provider} ${s.event} ${s.title} ${s.contentType} ${s.description ?? ""}`.toLowerCase();
    return wanted.every((w) => all.includes(w));
  });
}
