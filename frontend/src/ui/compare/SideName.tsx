import { useQuery } from "@tanstack/react-query";
import { clock, ms, statusTone, titleOf } from "../../model/format";
import type { MessageRef } from "../../model/types";
import { useDesk } from "../../state/desk";
import { reads } from "../../state/queries";
import { Tag } from "../parts";
import css from "./Compare.module.css";

/** Which message a side is: a request, an answer, what was sent, or a text. */
export function SideName({ of, label }: { of: MessageRef; label: string }) {
  return (
    <div className={css.name}>
      <span className="visually-hidden">{label}: </span>
      {of.request !== undefined && <RequestName seq={of.request} />}
      {of.attempt !== undefined && <AttemptName id={of.attempt} side={of.side ?? "answer"} />}
      {of.text !== undefined && <span>Pasted text</span>}
    </div>
  );
}

function RequestName({ seq }: { seq: number }) {
  const detail = useQuery(reads.detail(useDesk(), seq)).data;
  const full = detail && `#${seq} · ${detail.receivedAt} · ${detail.method} ${detail.target}`;
  return (
    <span className={css.nameText} title={full}>
      <b>#{seq}</b>
      {detail && ` · ${clock(detail.receivedAt)} · ${titleOf(detail)}`}
    </span>
  );
}

function AttemptName({ id, side }: { id: string; side: "sent" | "answer" }) {
  const attempt = useQuery(reads.attempt(useDesk(), id)).data;
  if (!attempt) return null;
  return (
    <>
      {side === "answer" && attempt.status && <Tag tone={statusTone(attempt.status)}>{attempt.status}</Tag>}
      <span className={css.nameText} title={`${attempt.startedAt} · ${attempt.url}`}>
        {side === "answer" ? "Answer" : "Sent"} to #{attempt.request} · {clock(attempt.startedAt)} ·{" "}
        <span className={css.whole}>{ms(attempt.phasesMs.total)}</span>
      </span>
    </>
  );
}
