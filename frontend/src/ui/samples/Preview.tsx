import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { bytes } from "../../model/format";
import { formatJson } from "../../model/pretty";
import type { Sample, SampleMessage } from "../../model/types";
import { useDesk } from "../../state/desk";
import { reads } from "../../state/queries";
import { words } from "../../state/toasts";
import { CodeView, CopyButton } from "../parts";
import css from "./Samples.module.css";

/** What a sample is about, and how it looks on the wire. */
export function Preview({ sample, to }: { sample: Sample; to: string }) {
  const desk = useDesk();
  const preview = useQuery({ ...reads.sample(desk, sample.id, to), placeholderData: keepPreviousData });
  const secret = sample.secret ?? "";
  return (
    <section className={css.about} aria-label="Preview">
      <h3>
        {sample.providerName}: {sample.title}
      </h3>
      {sample.description && <p>{sample.description}</p>}
      <p className={css.dim}>
        Ids and times are new at each send
        {secret === "" ? "." : ", and the signature is made with this test secret:"}
      </p>
      {secret !== "" && (
        <p className={css.secret}>
          <code>{secret}</code>
          <CopyButton iconOnly label="Copy the test secret" onCopy={() => desk.host.copyText(secret)} />
        </p>
      )}
      {preview.error && <p className={css.error}>{words(preview.error)}</p>}
      {preview.data && <Message message={preview.data} type={sample.contentType} />}
    </section>
  );
}

function Message({ message, type }: { message: SampleMessage; type: string }) {
  const { pathname, search, host } = new URL(message.url);
  const raw = Uint8Array.from(atob(message.bodyBase64), (c) => c.charCodeAt(0));
  const text = new TextDecoder().decode(raw);
  const json = /json/.test(type);
  return (
    <div className={css.message}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it */}
      <section className={css.head} aria-label="Request line and headers" tabIndex={0}>
        <div className={css.line}>
          <b>{message.method}</b> {pathname + search}
        </div>
        {[["Host", host] as const, ...message.headers].map(([name, value]) => (
          <div key={name}>
            <span>{name}:</span> {value}
          </div>
        ))}
      </section>
      <CodeView
        className={css.body}
        label={`Body, ${bytes(raw.length)}`}
        text={(json ? formatJson(text) : undefined) ?? text}
        {...(json ? { language: "json" as const } : /xml/.test(type) ? { language: "xml" as const } : {})}
        wrap
      />
    </div>
  );
}
