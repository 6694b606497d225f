import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { bytes } from "../../model/format";
import {
  formFields,
  formText,
  readSampleBody,
  redraft,
  type SampleBody,
  type SampleDraft,
} from "../../model/samples";
import type { Sample, SampleMessage } from "../../model/types";
import { useDesk } from "../../state/desk";
import { words } from "../../state/toasts";
import { Button, CodeView, Segmented } from "../parts";
import { PairRows } from "./PairRows";
import { PartRows } from "./PartRows";
import { SampleSigning } from "./SampleSigning";
import css from "./Samples.module.css";
import type { Drafts } from "./useDrafts";

interface SampleEditorProps {
  sample: Sample;
  /** The endpoint that it would be sent to. */
  to: string;
  drafts: Drafts;
}

/** What a sample is about, who signs it, and what is sent, to be edited. */
export function SampleEditor({ sample, to, drafts }: SampleEditorProps) {
  const desk = useDesk();
  const read = useQuery({
    queryKey: ["sample", drafts.opening, sample.id, to, drafts.round(sample.id)],
    queryFn: async () => {
      // Another endpoint signs in another way; the ids and times stay those that were seen.
      const message = await desk.door.previewSample(sample.id, to, drafts.seen(sample.id)?.seed);
      drafts.see(sample.id, message);
      return message;
    },
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (last, query) => (query?.queryKey[2] === sample.id ? last : undefined),
  });
  return (
    <section className={css.about} aria-label="Sample">
      <h3>
        {sample.providerName}: {sample.title}
      </h3>
      {sample.description && <p>{sample.description}</p>}
      {read.data && <SampleSigning sample={sample} signing={read.data.signing} to={to} />}
      {read.error && <p className={css.error}>{words(read.error)}</p>}
      {read.data && (
        <Message
          key={sample.id}
          message={read.data}
          draft={drafts.of(sample.id)}
          onDraft={(draft) => drafts.set(sample.id, draft)}
          onRenew={() => drafts.renew(sample.id)}
        />
      )}
    </section>
  );
}

interface MessageProps {
  message: SampleMessage;
  draft: SampleDraft | undefined;
  onDraft(draft: SampleDraft | undefined): void;
  onRenew(): void;
}

function Message({ message, draft, onDraft, onRenew }: MessageProps) {
  const [view, setView] = useState<"body" | "headers">("body");
  const { pathname, search } = new URL(message.url);
  const body = readSampleBody(message);
  const headers = draft?.headers ?? message.headers;
  const change = (part: SampleDraft) => onDraft(redraft(draft, part, message, body));
  const signs = message.signing.by !== "nobody";
  return (
    <div className={css.message}>
      <header className={css.bar}>
        <span className={css.line}>
          <b>{message.method}</b> {pathname + search}
        </span>
        <span className={css.dim}>{bytes(body.bytes)}</span>
        <span className={css.grow} />
        <Segmented
          label="Part of the sample"
          items={[
            { id: "body", label: "Body" },
            { id: "headers", label: `Headers ${headers.length}` },
          ]}
          value={view}
          onChange={(id) => setView(id)}
        />
        {draft ? (
          <Button small onClick={() => onDraft(undefined)}>
            Reset
          </Button>
        ) : (
          <Button small onClick={onRenew} title="Ids and times are new at each send; these are the next ones">
            New ids
          </Button>
        )}
      </header>
      {view === "headers" ? (
        <>
          <PairRows
            what="header"
            add="Add header"
            pairs={headers}
            onChange={(next) => change({ headers: next })}
            {...(draft?.unsigned ? {} : { made: message.signing.headers })}
          />
          {signs && (
            <label className={css.unsigned}>
              <input
                type="checkbox"
                checked={!draft?.unsigned}
                onChange={(e) => change({ unsigned: !e.currentTarget.checked })}
              />
              Sign it when it is sent, after all edits
            </label>
          )}
        </>
      ) : (
        <BodyPart body={body} draft={draft} onChange={change} />
      )}
    </div>
  );
}

interface BodyPartProps {
  body: SampleBody;
  draft: SampleDraft | undefined;
  onChange(part: SampleDraft): void;
}

function BodyPart({ body, draft, onChange }: BodyPartProps) {
  const text = draft?.body ?? body.text;
  if (body.parts) {
    return (
      <PartRows
        parts={body.parts}
        drafts={draft?.parts ?? body.parts.drafts}
        onChange={(parts) => onChange({ parts })}
      />
    );
  }
  if (body.kind === "bytes") {
    return <p className={css.none}>{bytes(body.bytes)} that are not all text: sent as they are.</p>;
  }
  if (body.kind === "form") {
    return (
      <PairRows
        what="field"
        add="Add field"
        pairs={formFields(text)}
        onChange={(fields) => onChange({ body: formText(fields) })}
      />
    );
  }
  return (
    <CodeView
      className={css.body}
      label="Body of the sample"
      text={text}
      {...(body.kind === "json" || body.kind === "xml" ? { language: body.kind } : {})}
      onChange={(to) => onChange({ body: to })}
      wrap
    />
  );
}
