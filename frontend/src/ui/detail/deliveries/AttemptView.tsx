import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { bytes } from "../../../model/format";
import type { Attempt, AttemptDetail } from "../../../model/types";
import { type Desk, useDesk } from "../../../state/desk";
import { type AttemptSide, reads } from "../../../state/queries";
import { words } from "../../../state/toasts";
import { Button, CopyButton, Segmented } from "../../parts";
import { BodyView } from "../body/BodyView";
import { attemptSource, type BodySource } from "../body/source";
import { headerLines, PairTable } from "../PairTable";
import css from "./Deliveries.module.css";
import { Timing } from "./Timing";

/** One try: what was sent, how long each phase took, and the answer or why there is none. */
export function AttemptView({ attempt }: { attempt: Attempt }) {
  const desk = useDesk();
  const [side, setSide] = useState<AttemptSide>(attempt.error ? "sent" : "answer");
  const query = useQuery(reads.attempt(desk, attempt.id));
  const detail = query.data;
  return (
    <div className={css.view}>
      <div className={css.bar}>
        <code className={css.wholeUrl}>
          {attempt.method} {attempt.url}
        </code>
        <CopyButton iconOnly label="Copy the URL" onCopy={() => desk.host.copyText(attempt.url)} />
      </div>
      {attempt.hops && attempt.hops.length > 0 && (
        <ol className={css.hops} aria-label="Redirects that were followed">
          {attempt.hops.map((hop) => (
            <li key={hop.url}>
              {hop.status} → {hop.url}
            </li>
          ))}
        </ol>
      )}
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
            <Segmented<AttemptSide>
              label="Side of the attempt"
              items={[
                { id: "answer", label: "Answer", disabled: Boolean(attempt.error) },
                { id: "sent", label: "Sent" },
              ]}
              value={side}
              onChange={setSide}
            />
            <span className={css.grow} />
            {attempt.against && (
              <Button small onClick={() => compareAnswers(desk, attempt)}>
                Compare with the previous answer
              </Button>
            )}
          </div>
          <Side detail={detail} side={side} key={side} />
        </>
      )}
    </div>
  );
}

/** Opens the answer beside the one that the same URL gave before. */
export function compareAnswers(desk: Desk, attempt: Attempt): void {
  desk.dialogs.open("compare", {
    left: { attempt: attempt.against ?? "", side: "answer" },
    right: { attempt: attempt.id, side: "answer" },
  });
}

function Side({ detail, side }: { detail: AttemptDetail; side: AttemptSide }) {
  const desk = useDesk();
  const line = side === "answer" ? detail.answerLine : detail.sentLine;
  const headers = side === "answer" ? detail.answerHeaders : detail.sentHeaders;
  const source = sourceOf(desk, detail, side);
  return (
    <>
      <div className={css.headBlock}>
        <code className={css.line}>{line}</code>
        <PairTable
          title={side === "answer" ? "Headers of the answer" : "Headers sent"}
          pairs={headers}
          all={() => headerLines(headers)}
        />
      </div>
      {source.bodyBytes > 0 ? (
        <section className={css.body} aria-label={`${bodyName(side)}, ${bytes(source.bodyBytes)}`}>
          <h3 className={css.bodyHead}>
            {bodyName(side)} <span className={css.dim}>{bytes(source.bodyBytes)}</span>
          </h3>
          <BodyView source={source} label={bodyName(side)} />
        </section>
      ) : (
        <p className={css.none}>{side === "answer" ? "The answer had no body." : "No body was sent."}</p>
      )}
    </>
  );
}

const bodyName = (side: AttemptSide): string => (side === "answer" ? "Body of the answer" : "Body sent");

function sourceOf(desk: Desk, detail: AttemptDetail, side: AttemptSide): BodySource {
  const { id, n, request } = detail;
  if (side === "sent")
    return attemptSource(desk, {
      id,
      side,
      headers: detail.sentHeaders,
      bodyBytes: detail.sentBodyBytes,
      name: `request-${request}-sent-${n}`,
    });
  return attemptSource(desk, {
    id,
    side,
    headers: detail.answerHeaders,
    bodyBytes: detail.answerBytes,
    name: `request-${request}-answer-${n}`,
    ...(detail.answerTruncated
      ? { cut: `The answer has ${bytes(detail.answerBytes)}: only its first 1 MiB was kept.` }
      : {}),
  });
}
