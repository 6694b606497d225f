import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { bytes, changesText, ms, statusTone } from "../../../model/format";
import { formatJson } from "../../../model/pretty";
import type { Attempt, AttemptDetail, Pair, Phases } from "../../../model/types";
import { type Desk, useDesk } from "../../../state/desk";
import { reads } from "../../../state/queries";
import { words } from "../../../state/toasts";
import { CodeView, CopyButton, Segmented, Tag } from "../../parts";
import css from "./Deliveries.module.css";

type Which = "answer" | "sent";

const MOST_SHOWN = 256 << 10;

/** One try: what was sent, how long each phase took, and the answer or why there is none. */
export function AttemptView({ attempt }: { attempt: Attempt }) {
  const desk = useDesk();
  const [side, setSide] = useState<Which>(attempt.error ? "sent" : "answer");
  const query = useQuery(reads.attempt(desk, attempt.id));
  const detail = query.data;
  return (
    <div className={css.view}>
      {attempt.error && (
        <p className={css.error} role="note">
          {words(new Error(attempt.error.text))}
        </p>
      )}
      <Timing phases={attempt.phasesMs} read={attempt.status !== undefined} />
      {query.error && <p className={css.error}>{words(query.error)}</p>}
      {detail?.sentLine === "" && <p className={css.none}>Nothing was sent.</p>}
      {detail && detail.sentLine !== "" && (
        <>
          <div className={css.bar}>
            <Segmented<Which>
              label="Side of the attempt"
              items={[
                { id: "answer", label: "Answer", disabled: Boolean(attempt.error) },
                { id: "sent", label: "Sent" },
              ]}
              value={side}
              onChange={setSide}
            />
            {side === "answer" && attempt.status !== undefined && (
              <>
                <Tag tone={statusTone(attempt.status)}>{attempt.status}</Tag>
                <span className={css.dim}>{bytes(attempt.answerBytes)}</span>
                {attempt.changes !== undefined && (
                  <span className={css.dim}>{changesText(attempt.changes)}</span>
                )}
                {attempt.answerTruncated && <span className={css.warn}>only the first 1 MiB was kept</span>}
              </>
            )}
            {side === "sent" && <span className={css.dim}>{bytes(detail.sentBodyBytes)} of body</span>}
            <span className={css.grow} />
            <CopyBody id={attempt.id} side={side} />
          </div>
          <Side detail={detail} side={side} />
        </>
      )}
    </div>
  );
}

function CopyBody({ id, side }: { id: string; side: Which }) {
  const desk = useDesk();
  const copy = async () => {
    const raw = await desk.queries.fetchQuery(attemptBody(desk, id, side));
    await desk.host.copyText(new TextDecoder().decode(raw));
  };
  return <CopyButton small label="Copy body" onCopy={copy} />;
}

function Side({ detail, side }: { detail: AttemptDetail; side: Which }) {
  const line = side === "answer" ? detail.answerLine : detail.sentLine;
  const headers = side === "answer" ? detail.answerHeaders : detail.sentHeaders;
  const size = side === "answer" ? detail.answerBytes : detail.sentBodyBytes;
  return (
    <>
      <Head line={line} headers={headers} />
      {size > 0 && <BodyOf id={detail.id} side={side} headers={headers} />}
    </>
  );
}

function Head({ line, headers }: { line: string; headers: Pair[] }) {
  return (
    <div className={css.headBlock}>
      <div className={css.line}>{line}</div>
      {headers.map(([name, value], i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
        <div key={i} className={css.header}>
          <span>{name}:</span> {value}
        </div>
      ))}
    </div>
  );
}

/** The body of one side, decoded where it can be, else as it was. */
function attemptBody(desk: Desk, id: string, side: Which) {
  return queryOptions({
    queryKey: ["attempt", id, side, "body"],
    queryFn: async ({ signal }) => {
      try {
        return await desk.door.attemptBytes(id, side, "body", true, signal);
      } catch {
        return desk.door.attemptBytes(id, side, "body", false, signal);
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function BodyOf({ id, side, headers }: { id: string; side: Which; headers: Pair[] }) {
  const desk = useDesk();
  const query = useQuery(attemptBody(desk, id, side));
  if (query.error) return <p className={css.error}>{words(query.error)}</p>;
  if (!query.data) return null;
  const text = new TextDecoder().decode(query.data.subarray(0, MOST_SHOWN));
  if (text.includes("\0")) return <p className={css.none}>{bytes(query.data.length)} that are not text.</p>;
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  const pretty = /json/i.test(type) || /^\s*[[{]/.test(text) ? formatJson(text) : undefined;
  return (
    <>
      {query.data.length > MOST_SHOWN && (
        <p className={css.none}>
          The first {bytes(MOST_SHOWN)} of {bytes(query.data.length)}:
        </p>
      )}
      <div className={css.body}>
        <CodeView
          label={side === "answer" ? "Body of the answer" : "Body sent"}
          text={pretty ?? text}
          {...(pretty === undefined ? {} : { language: "json" })}
          wrap
        />
      </div>
    </>
  );
}

const PHASES: { id: keyof Omit<Phases, "total">; label: string }[] = [
  { id: "dns", label: "DNS" },
  { id: "connect", label: "connect" },
  { id: "tls", label: "TLS" },
  { id: "firstByte", label: "first byte" },
];

/** The phases as one bar and in words. */
function Timing({ phases, read }: { phases: Phases; read: boolean }) {
  const known = PHASES.map((p) => ({ ...p, took: phases[p.id] }));
  const rest = Math.max(0, phases.total - known.reduce((sum, p) => sum + p.took, 0));
  const parts = [...known, { id: "rest" as const, label: read ? "reading" : "waiting", took: rest }].filter(
    (p) => p.took > 0,
  );
  if (phases.total <= 0 || parts.length === 0) return null;
  return (
    <div className={css.timing}>
      <div className={css.timingBar} aria-hidden="true">
        {parts.map((p) => (
          <i key={p.id} data-phase={p.id} style={{ flexGrow: p.took }} />
        ))}
      </div>
      <div className={css.timingWords}>
        {parts.map((p) => (
          <span key={p.id}>
            <i data-phase={p.id} aria-hidden="true" />
            {p.label} {ms(p.took)}
          </span>
        ))}
        <span className={css.total}>total {ms(phases.total)}</span>
      </div>
    </div>
  );
}
