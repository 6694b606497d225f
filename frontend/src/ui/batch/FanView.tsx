import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { sameByNature } from "../../model/comparing";
import { bytes, ms, plural } from "../../model/format";
import { placeText } from "../../model/runs";
import type { Comparison, Run, RunItem } from "../../model/types";
import { useDesk } from "../../state/desk";
import { reads } from "../../state/queries";
import { ignoredInAnswers, runReads } from "../../state/runs";
import { words } from "../../state/toasts";
import { CompareView } from "../compare/CompareView";
import { AttemptView } from "../detail/deliveries/AttemptView";
import { Tag } from "../parts";
import css from "./Batch.module.css";
import { StatusTag } from "./StatusTag";

/** One request to several places: the answers beside each other, compared with one of them. */
export function FanView({ run }: { run: Run }) {
  const desk = useDesk();
  const read = useQuery(runReads.block(desk, run.id, "", 0));
  const items = read.data ?? [];
  const [base, setBase] = useState(1);
  const [chosen, setChosen] = useState<number>();
  const baseItem = items.find((i) => i.n === base);
  const differences = useDifferences(items, baseItem);
  const attempts = useQueries({
    queries: items.map((i) => ({
      ...reads.attempt(desk, i.attempt ?? ""),
      enabled: i.attempt !== undefined,
    })),
  });
  const item = items.find((i) => i.n === chosen);
  const both = item?.attempt && baseItem?.attempt && item.n !== base && item.status && baseItem.status;
  return (
    <div className={css.fan}>
      {read.error && (
        <p className={css.reason} role="alert">
          {words(read.error)}
        </p>
      )}
      <div className={css.fanTable}>
        <table aria-label="Answers">
          <thead>
            <tr>
              <th scope="col">Base</th>
              <th scope="col">To</th>
              <th scope="col">Answer</th>
              <th scope="col">Time</th>
              <th scope="col">Body</th>
              <th scope="col">Compared with the base</th>
            </tr>
          </thead>
          <tbody>
            {items.map((i, at) => (
              <tr key={i.n} data-chosen={i.n === chosen || undefined}>
                <td>
                  <input
                    type="radio"
                    name="base"
                    aria-label={`Compare with the answer of ${placeText(run.order.to[i.place])}`}
                    checked={i.n === base}
                    disabled={i.status === undefined}
                    onChange={() => setBase(i.n)}
                  />
                </td>
                <th scope="row">
                  <button type="button" className={css.link} title={i.url} onClick={() => setChosen(i.n)}>
                    {placeText(run.order.to[i.place])}
                  </button>
                </th>
                <td>
                  <StatusTag item={i} />
                </td>
                <td className={css.took}>
                  {i.attempt ? ms(i.tookMs) : ""}
                  {i.n !== base && baseItem?.attempt && i.status !== undefined && (
                    <span className={css.dim}> {slower(i.tookMs - baseItem.tookMs)}</span>
                  )}
                </td>
                <td className={css.dim}>
                  {i.status === undefined ? "" : bytes(attempts[at]?.data?.answerBytes ?? 0)}
                </td>
                <td title={i.note}>
                  <Difference item={i} base={base} difference={differences.get(i.n)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {item && (
        <section className={css.fanPane} aria-label={`Answer of ${placeText(run.order.to[item.place])}`}>
          {both ? (
            <CompareView
              left={{ attempt: baseItem.attempt, side: "answer" }}
              right={{ attempt: item.attempt, side: "answer" }}
              memory="answers"
              key={`${base}-${item.n}`}
            />
          ) : (
            <Whole item={item} />
          )}
        </section>
      )}
    </div>
  );
}

function Whole({ item }: { item: RunItem }) {
  const desk = useDesk();
  const attempt = useQuery({
    ...reads.attempt(desk, item.attempt ?? ""),
    enabled: item.attempt !== undefined,
  });
  if (attempt.data) return <AttemptView attempt={attempt.data} />;
  if (attempt.error) return <p className={css.reason}>{words(attempt.error)}</p>;
  if (attempt.isLoading) return null;
  return <p className={css.note}>{item.note ?? "Nothing was sent as yet."}</p>;
}

function slower(by: number): string {
  return by < 0 ? `−${ms(-by)}` : `+${ms(by)}`;
}

function Difference(props: { item: RunItem; base: number; difference: Compared | undefined }) {
  const { item, base, difference } = props;
  if (item.state === "pending" || item.state === "sent") return <span className={css.dim}>on its way</span>;
  if (item.status === undefined) return <span className={css.bad}>{item.note}</span>;
  if (item.n === base) return <span className={css.dim}>the base</span>;
  if (difference?.error) return <span className={css.bad}>{words(difference.error)}</span>;
  const comparison = difference?.data;
  if (!comparison) return null;
  if (comparison.count === 0) return <Tag tone="good">same</Tag>;
  const parts = comparison.sections
    .filter((s) => s.count > 0)
    .map((s) =>
      s.name === "line"
        ? "status"
        : s.name === "headers"
          ? plural(s.count, "header")
          : `${plural(s.count, "change")} in the body`,
    );
  return <Tag tone="warn">{parts.join(", ")}</Tag>;
}

interface Compared {
  data: Comparison | undefined;
  error: Error | null;
}

/** How each answer differs from the base, by N. */
function useDifferences(items: readonly RunItem[], base: RunItem | undefined): Map<number, Compared> {
  const desk = useDesk();
  const ignore = [...sameByNature, ...ignoredInAnswers()];
  const others = items.filter((i) => base?.attempt && base.status && i.n !== base.n && i.attempt && i.status);
  const read = useQueries({
    queries: others.map((i) => ({
      queryKey: ["fan", base?.attempt, i.attempt, ignore],
      queryFn: () =>
        desk.door.compare({
          left: { attempt: base?.attempt ?? "", side: "answer" },
          right: { attempt: i.attempt ?? "", side: "answer" },
          ignore,
        }),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const found = new Map<number, Compared>();
  others.forEach((i, at) => {
    const one = read[at];
    if (one) found.set(i.n, { data: one.data, error: one.error });
  });
  return found;
}
