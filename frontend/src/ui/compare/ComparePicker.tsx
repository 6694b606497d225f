import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { clock, ms, plural, titleOf } from "../../model/format";
import type { Attempt, Detail, MessageRef } from "../../model/types";
import { useDesk } from "../../state/desk";
import { reads } from "../../state/queries";
import { useStore } from "../../state/store";
import { Button, EmptyState, inputClass, Segmented } from "../parts";
import css from "./Compare.module.css";
import { CompareView } from "./CompareView";

type Kind = "requests" | "answers";

/** What a request can be compared with: another request, a text, or the answers it got. */
export function ComparePicker({ seq }: { seq: number }) {
  const desk = useDesk();
  const detail = useQuery(reads.detail(desk, seq)).data;
  const deliveries = useQuery(reads.deliveries(desk, seq)).data;
  const [chosen, setChosen] = useState<Kind>();
  if (!detail || !deliveries) return null;
  const answers = deliveries
    .flatMap((d) => d.attempts)
    .filter((a) => a.status)
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  const kind = chosen ?? (answers.length > 1 ? "answers" : "requests");
  return (
    <div className={css.picker}>
      <div className={css.bar}>
        <Segmented<Kind>
          label="Compare"
          items={[
            { id: "requests", label: "Requests" },
            { id: "answers", label: `Answers ${answers.length || ""}`.trim() },
          ]}
          value={kind}
          onChange={setChosen}
        />
        {kind === "requests" ? <span className={css.dim}>this request with another</span> : null}
      </div>
      {kind === "requests" ? <Requests detail={detail} /> : <Answers answers={answers} detail={detail} />}
    </div>
  );
}

function Requests({ detail }: { detail: Detail }) {
  const desk = useDesk();
  const marked = useStore(desk.selection.store, (s) => s.marked);
  const [typed, setTyped] = useState("");
  const [pasting, setPasting] = useState(false);
  const [text, setText] = useState("");
  const filter = `endpoint:"${detail.endpoint}"${detail.event ? ` event:"${detail.event}"` : ""}`;
  const previous = useQuery({
    queryKey: ["request", detail.seq, "previous", filter],
    queryFn: async () => (await desk.door.list({ filter, before: detail.seq, limit: 1 })).items[0] ?? null,
  }).data;
  const number = Number(typed.replace("#", ""));
  const other =
    typed !== "" ? number : marked !== undefined && marked !== detail.seq ? marked : previous?.seq;
  const valid = other !== undefined && Number.isSafeInteger(other) && other > 0 && other !== detail.seq;
  const left: MessageRef | undefined = pasting
    ? { text, contentType: detail.contentType }
    : valid
      ? { request: other }
      : undefined;
  return (
    <>
      <div className={css.bar}>
        <span>with</span>
        <input
          className={`${inputClass} ${css.number}`}
          aria-label="Number of the other request"
          placeholder={previous ? `#${previous.seq}` : "#"}
          value={typed}
          disabled={pasting}
          onChange={(e) => setTyped(e.currentTarget.value.trim())}
        />
        {typed === "" && !pasting && other !== undefined && (
          <span className={css.dim}>
            {other === marked
              ? "the one you marked"
              : previous
                ? `the ${titleOf(previous)} before, ${clock(previous.receivedAt)}`
                : ""}
          </span>
        )}
        <span className={css.grow} />
        <Button small aria-pressed={pasting} onClick={() => setPasting(!pasting)}>
          {pasting ? "A request instead" : "Paste a text"}
        </Button>
      </div>
      {pasting && (
        <textarea
          className={`${inputClass} ${css.paste}`}
          aria-label="Text to compare the body with"
          placeholder="Paste a body to compare this one with"
          spellCheck={false}
          value={text}
          onChange={(e) => setText(e.currentTarget.value)}
        />
      )}
      {left && (!pasting || text !== "") ? (
        <CompareView left={left} right={{ request: detail.seq }} memory={detail.endpoint} />
      ) : (
        <div className={css.place}>
          {!pasting && (
            <EmptyState
              title={typed === "" ? "Nothing to compare with yet" : "Type another request's number"}
            >
              <p>
                There is no earlier {detail.event ? `${detail.event} ` : ""}request at {detail.endpoint}. Type
                a number, or mark any request with D and press D again here.
              </p>
            </EmptyState>
          )}
        </div>
      )}
    </>
  );
}

function Answers({ answers, detail }: { answers: Attempt[]; detail: Detail }) {
  const desk = useDesk();
  const [picked, setPicked] = useState<{ left?: string; right?: string }>({});
  const right = answers.find((a) => a.id === picked.right) ?? answers[0];
  const before = right ? answers[answers.indexOf(right) + 1] : undefined;
  const left =
    answers.find((a) => a.id === picked.left) ?? answers.find((a) => a.id === right?.against) ?? before;
  if (!right || !left || left === right) {
    return (
      <div className={css.place}>
        <EmptyState
          title={answers.length === 0 ? "No answers yet" : "One answer so far"}
          actions={
            <Button
              look="primary"
              kbd={answers.length === 0 ? "F" : "R"}
              onClick={() => desk.actions.run(answers.length === 0 ? "request.forward" : "request.replay")}
            >
              {answers.length === 0 ? "Forward to…" : "Replay"}
            </Button>
          }
        >
          <p>
            Send this request to your app, change the code, send it again: what differs in the answers shows
            here.
          </p>
        </EmptyState>
      </div>
    );
  }
  // Where they came from tells them apart only when it is not the same place.
  const places = new Set(answers.map((a) => a.url)).size;
  const nameOf = (a: Attempt) =>
    [clock(a.startedAt), a.status, ms(a.phasesMs.total), places > 1 ? a.url.replace(/^https?:\/\//, "") : ""]
      .filter(Boolean)
      .join(" · ");
  const choose = (side: "left" | "right", label: string, value: Attempt) => (
    <select
      className={`${inputClass} ${css.select}`}
      aria-label={label}
      title={`${nameOf(value)} · ${value.url}`}
      value={value.id}
      onChange={(e) => setPicked({ ...picked, [side]: e.currentTarget.value })}
    >
      {answers.map((a) => (
        <option key={a.id} value={a.id}>
          {nameOf(a)}
        </option>
      ))}
    </select>
  );
  return (
    <>
      <div className={css.bar}>
        {choose("left", "Answer on the left", left)}
        <span aria-hidden="true">→</span>
        {choose("right", "Answer on the right", right)}
        <span className={css.dim}>{plural(answers.length, "answer")}</span>
      </div>
      <CompareView
        left={{ attempt: left.id, side: "answer" }}
        right={{ attempt: right.id, side: "answer" }}
        memory={`answers ${detail.endpoint}`}
      />
    </>
  );
}
