import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useRef } from "react";
import { span } from "../../model/format";
import { itemTitle } from "../../model/runs";
import { practiceOf, type TimelineRow, timelineOf, verdictOf } from "../../model/simulation";
import type { Run, RunItem } from "../../model/types";
import { useDesk } from "../../state/desk";
import { runReads, useProviders } from "../../state/runs";
import { words } from "../../state/toasts";
import { Dot, EmptyState, Tag, type Tone, VirtualList, type VirtualListHandle } from "../parts";
import css from "./Batch.module.css";
import { Practice } from "./SimulateFields";

const ROW_PX = 44;

interface TimelineProps {
  run: Run;
  chosen: number | undefined;
  onChoose(item: RunItem): void;
}

const TONES: Record<NonNullable<RunItem["ruling"]>, Tone> = {
  accepted: "good",
  retry: "warn",
  "give-up": "bad",
  disabled: "bad",
};

/** What a provider would have done: each try at its time, and what it would make of the answer. */
export function Timeline({ run, chosen, onChoose }: TimelineProps) {
  const desk = useDesk();
  const providers = useProviders();
  const query = useQuery(runReads.whole(desk, run.id));
  const handle = useRef<VirtualListHandle>(null);
  const rows = timelineOf(query.data ?? []);
  const provider = providers.find((p) => p.id === run.order.simulate);
  const at = rows.findIndex((r) => r.kind === "try" && r.item.n === chosen);
  const choose = (index: number, by: number) => {
    for (let i = index; rows[i]; i += by) {
      const row = rows[i];
      if (row?.kind !== "try") continue;
      handle.current?.scrollTo(i);
      onChoose(row.item);
      return;
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose(at < 0 ? 0 : at + by, at < 0 ? 1 : by);
  };
  return (
    <div className={css.items}>
      {provider && <Practice lines={practiceOf(provider)} />}
      {query.error && (
        <p className={css.reason} role="alert">
          {words(query.error)}
        </p>
      )}
      {query.data && rows.length === 0 && (
        <EmptyState title="Beginning">The first try is on its way.</EmptyState>
      )}
      <VirtualList
        className={css.itemList}
        role="listbox"
        aria-label="Tries"
        aria-activedescendant={chosen === undefined ? undefined : `try-${chosen}`}
        tabIndex={0}
        handle={handle}
        count={rows.length}
        rowHeight={ROW_PX}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const line = (event.target as Element).closest<HTMLElement>("[data-index]");
          if (line) choose(Number(line.dataset.index), 1);
        }}
        row={(i) => {
          const row = rows[i];
          return (
            row && <Line row={row} index={i} tries={triesOf(rows, row)} chosen={row.item.n === chosen} />
          );
        }}
      />
    </div>
  );
}

function triesOf(rows: readonly TimelineRow[], of: TimelineRow): RunItem[] {
  return rows.filter((r) => r.kind === "try" && r.item.request === of.item.request).map((r) => r.item);
}

function Line(props: { row: TimelineRow; index: number; tries: RunItem[]; chosen: boolean }) {
  const { row, index, tries, chosen } = props;
  const { item } = row;
  if (row.kind === "request") {
    const verdict = verdictOf(tries);
    return (
      <div className={css.simRequest} role="presentation">
        <span className={css.num}>#{item.request}</span>
        <span className={css.what}>{itemTitle(item)}</span>
        <Tag tone={verdict.tone}>{verdict.text}</Tag>
      </div>
    );
  }
  const note = item.note ?? (item.state === "pending" ? "waiting" : "on its way");
  return (
    <div
      id={`try-${item.n}`}
      role="option"
      tabIndex={-1}
      className={css.simTry}
      aria-selected={chosen}
      aria-label={`Try ${item.repeat} at ${span(item.atMs ?? 0)}: ${note}`}
      data-index={index}
    >
      <Dot tone={item.ruling ? TONES[item.ruling] : "plain"} />
      <span className={css.at}>
        {item.ruling === undefined && item.repeat > 1 ? "" : span(item.atMs ?? 0)}
      </span>
      <span className={css.tryNo}>try {item.repeat}</span>
      <span className={css.tryNote} title={note}>
        {note}
      </span>
    </div>
  );
}
