import { useQueries } from "@tanstack/react-query";
import { type KeyboardEvent, useCallback, useRef, useState } from "react";
import { ms } from "../../model/format";
import { itemTitle, leftOf, placeText, resultOf, unlikeText } from "../../model/runs";
import type { Run, RunItem } from "../../model/types";
import { useDesk } from "../../state/desk";
import { ITEM_BLOCK, type Only, runReads } from "../../state/runs";
import { words } from "../../state/toasts";
import { EmptyState, Tag, VirtualList, type VirtualListHandle } from "../parts";
import css from "./Batch.module.css";
import { StatusTag } from "./StatusTag";

const ROW_PX = 32;

interface ItemTableProps {
  run: Run;
  only: Only;
  /** N of the item that is open. */
  chosen: number | undefined;
  onChoose(item: RunItem): void;
}

/** The items of a run in their order, of any number; those in view are read. */
export function ItemTable({ run, only, chosen, onChoose }: ItemTableProps) {
  const length = {
    "": run.total,
    failed: run.failed,
    changed: run.changed,
    unlike: run.repeats?.unlike ?? 0,
    pending: leftOf(run),
  }[only];
  const { at, want, error } = useItems(run, only);
  const handle = useRef<VirtualListHandle>(null);
  const [index, setIndex] = useState(-1);
  const choose = (to: number) => {
    const next = Math.max(0, Math.min(length - 1, to));
    const item = at(next);
    if (!item) return;
    setIndex(next);
    handle.current?.scrollTo(next);
    onChoose(item);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = handle.current?.page() ?? 10;
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      j: 1,
      k: -1,
      PageDown: page,
      PageUp: -page,
      Home: -length,
      End: length,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    choose(index < 0 ? 0 : index + step);
  };
  const several = run.order.to.length > 1;
  if (length === 0) {
    return (
      <div className={css.items}>
        <EmptyState title="Nothing here">
          {only === "failed"
            ? "Nothing has failed."
            : only === "changed"
              ? "No answer has changed."
              : only === "unlike"
                ? "Each came out as the first."
                : "Nothing is listed."}
        </EmptyState>
      </div>
    );
  }
  return (
    <div className={css.items} data-places={several || undefined}>
      <div className={css.columns} aria-hidden="true">
        <span>Request</span>
        <span />
        {several && <span>To</span>}
        <span>Answer</span>
        <span>Compared</span>
        <span>Time</span>
      </div>
      {error && (
        <p className={css.reason} role="alert">
          {words(error)}
        </p>
      )}
      <VirtualList
        className={css.itemList}
        role="listbox"
        aria-label="Results"
        aria-activedescendant={chosen === undefined ? undefined : `item-${chosen}`}
        tabIndex={0}
        handle={handle}
        count={length}
        rowHeight={ROW_PX}
        onRange={want}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const line = (event.target as Element).closest<HTMLElement>("[data-index]");
          if (line) choose(Number(line.dataset.index));
        }}
        row={(i) => {
          const item = at(i);
          if (!item) return <div className={css.itemRow} />;
          return (
            <ItemLine
              item={item}
              index={i}
              place={several ? placeText(run.order.to[item.place]) : undefined}
              repeats={run.order.times > 1}
              chosen={item.n === chosen}
            />
          );
        }}
      />
    </div>
  );
}

interface ItemLineProps {
  item: RunItem;
  index: number;
  place: string | undefined;
  repeats: boolean;
  chosen: boolean;
}

function ItemLine({ item, index, place, repeats, chosen }: ItemLineProps) {
  const result = resultOf(item);
  const title = itemTitle(item);
  const which = repeats ? `, time ${item.repeat}` : item.duplicate ? ", duplicate" : "";
  const unlike = unlikeText(item);
  const told = item.state === "pending" || item.state === "sent";
  return (
    <div
      id={`item-${item.n}`}
      role="option"
      tabIndex={-1}
      className={css.itemRow}
      aria-selected={chosen}
      aria-label={`Request ${item.request}${which}, ${title}${place ? `, to ${place}` : ""}: ${item.status ?? ""} ${result.text}${item.note && item.note !== result.text ? `, ${item.note}` : ""}${unlike && `, ${unlike}`}`}
      data-index={index}
    >
      <span className={css.num}>#{item.request}</span>
      <span className={css.what} title={title}>
        {title}
        {which && <span className={css.dim}>{which.slice(1)}</span>}
      </span>
      {place !== undefined && (
        <span className={css.place} title={item.url ?? place}>
          {place}
        </span>
      )}
      <span>
        <StatusTag item={item} />
      </span>
      <span className={css.result} title={[item.note ?? result.text, unlike].filter(Boolean).join("; ")}>
        <Tag tone={told ? "plain" : result.tone}>{result.text}</Tag>
        {unlike && <span className={css.unlike}>differs</span>}
      </span>
      <span className={css.took}>{item.attempt ? ms(item.tookMs) : ""}</span>
    </div>
  );
}

/** The blocks of items in view; want says which those are. */
function useItems(run: Run, only: Only) {
  const desk = useDesk();
  const [range, setRange] = useState({ from: 0, to: 1 });
  const first = Math.floor(range.from / ITEM_BLOCK);
  const last = Math.floor(Math.max(range.from, range.to - 1) / ITEM_BLOCK);
  const blocks = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const read = useQueries({ queries: blocks.map((block) => runReads.block(desk, run.id, only, block)) });
  const want = useCallback(
    (from: number, to: number) =>
      setRange((now) => (now.from === from && now.to === to ? now : { from, to })),
    [],
  );
  const at = (index: number): RunItem | undefined => {
    const block = Math.floor(index / ITEM_BLOCK);
    return read[block - first]?.data?.[index % ITEM_BLOCK];
  };
  return { at, want, error: read.find((r) => r.error)?.error };
}
