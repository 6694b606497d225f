import { lazy, Suspense, useState } from "react";
import { bytes, ms, plural } from "../../../model/format";
import { bodyOf, type LineChange, lineChanges, placeOn } from "../../../model/transform";
import type { TransformMessage, TransformTried } from "../../../model/types";
import { Segmented, Tag } from "../../parts";
import css from "./Transform.module.css";

const BodyDiff = lazy(() => import("./BodyDiff"));

/** What would be sent, with what differs from the request marked. */
export function Preview({ tried, old }: { tried: TransformTried; old: boolean }) {
  const [chosen, setChosen] = useState(0);
  const at = Math.min(chosen, tried.results.length - 1);
  const result = tried.results[at];
  return (
    <div className={css.preview} data-old={old}>
      <Outcome tried={tried} old={old} />
      {tried.results.length > 1 && (
        <div className={css.choose}>
          <Segmented
            label="Which request"
            items={tried.results.slice(0, 12).map((_, i) => ({ id: String(i), label: String(i + 1) }))}
            value={String(at)}
            onChange={(id) => setChosen(Number(id))}
          />
          {tried.results.length > 12 && <span className={css.dim}>the first 12 are shown</span>}
        </div>
      )}
      {result && <Result given={tried.given} result={result} />}
      {tried.logs.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it
        <section className={css.logs} aria-label="Console" tabIndex={0}>
          <h3>Console</h3>
          <pre>{tried.logs.join("\n")}</pre>
        </section>
      )}
    </div>
  );
}

function Outcome({ tried, old }: { tried: TransformTried; old: boolean }) {
  const n = tried.results.length;
  const unchanged = n === 1 && same(tried.given, tried.results[0]);
  const text = () => {
    if (tried.error) return "Fails: nothing is sent";
    if (tried.dropped) return "Nothing is sent";
    if (unchanged) return "Sent as it came";
    return n === 1 ? "Sent changed" : `Sent as ${plural(n, "request")}`;
  };
  return (
    <p className={css.outcome} aria-live="polite" aria-busy={old}>
      <Tag tone={tried.error ? "bad" : tried.dropped || unchanged ? "plain" : "good"}>{text()}</Tag>
      <span className={css.dim}>{old ? "…" : `ran ${ms(tried.ms)}`}</span>
    </p>
  );
}

function same(a: TransformMessage, b: TransformMessage | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function Result({ given, result }: { given: TransformMessage; result: TransformMessage }) {
  const before = bodyOf(given);
  const after = bodyOf(result);
  const headers = lineChanges(given.headers, result.headers);
  const line = (m: TransformMessage) => `${m.method} ${placeOn(m.url, given.url)}`;
  const [all, setAll] = useState(false);
  const kept = headers.filter((change) => change.op === "same").length;
  const shown = all ? headers : headers.filter((change) => change.op !== "same");
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it */}
      <section className={css.head} aria-label="Request line and headers" tabIndex={0}>
        {line(given) !== line(result) && <Line change={{ op: "remove", name: line(given), value: "" }} />}
        <Line change={{ op: line(given) === line(result) ? "same" : "add", name: line(result), value: "" }} />
        {shown.map((change, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
          <Line key={i} change={change} />
        ))}
        {kept > 0 && (
          <button type="button" className={css.more} aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? "Only what changed" : `${plural(kept, "header line")} unchanged`}
          </button>
        )}
      </section>
      <h3>
        Body <span className={css.dim}>{bytes(after.size)}</span>
        {given.bodyBase64 === result.bodyBase64 && <span className={css.dim}>unchanged</span>}
      </h3>
      {after.text === undefined ? (
        <p className={css.dim}>These bytes are no text.</p>
      ) : (
        <Suspense fallback={<div className={css.body} />}>
          <BodyDiff
            label="Body that would be sent"
            before={before.text ?? ""}
            after={after.text}
            asJson={after.json}
          />
        </Suspense>
      )}
    </>
  );
}

const WORDS = { same: "", add: "added", remove: "removed" };
const SIGNS = { same: " ", add: "+", remove: "−" };

function Line({ change }: { change: LineChange }) {
  return (
    <div className={css.line} data-op={change.op}>
      <i aria-hidden="true">{SIGNS[change.op]}</i>
      <span>
        {change.op !== "same" && <span className={css.aloud}>{WORDS[change.op]}: </span>}
        {change.value === "" ? change.name : <b>{change.name}:</b>} {change.value}
      </span>
    </div>
  );
}
