import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { foldRows, type Listed, listChanges, summaryOf, unifyLines } from "../../model/comparing";
import { bytes, plural } from "../../model/format";
import type { Comparison, MessageRef } from "../../model/types";
import { useActions } from "../../state/actions";
import { useDesk } from "../../state/desk";
import { words } from "../../state/toasts";
import { Button, EmptyState, Segmented, VirtualList, type VirtualListHandle } from "../parts";
import { ChangeList } from "./ChangeList";
import css from "./Compare.module.css";
import { Ignore } from "./Ignore";
import { RowView } from "./RowView";
import { SideName } from "./SideName";
import { useIgnored } from "./useIgnored";

const ROW_PX = 20;
/** Below this two columns are too narrow to read. */
const TWO_COLUMNS_PX = 640;
const NOT_OF_TEXT = ["line", "headers", "query"];

/** What differs between two messages: in a list to jump through, and side by side. */
export function CompareView({
  left,
  right,
  memory,
}: {
  left: MessageRef;
  right: MessageRef;
  memory: string;
}) {
  const desk = useDesk();
  const ignored = useIgnored(memory);
  // A text has no first line and no headers to differ in.
  const ignore =
    left.text === undefined && right.text === undefined ? ignored.paths : [...ignored.paths, ...NOT_OF_TEXT];
  const query = useQuery({
    queryKey: ["compare", left, right, ignore],
    queryFn: () => desk.door.compare({ left, right, ignore, sides: true }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (query.error) {
    return (
      <div className={css.place}>
        <EmptyState title="These cannot be compared">{words(query.error)}</EmptyState>
      </div>
    );
  }
  if (!query.data) return <div className={css.place} />;
  return <Result comparison={query.data} left={left} right={right} ignored={ignored} />;
}

interface ResultProps {
  comparison: Comparison;
  left: MessageRef;
  right: MessageRef;
  ignored: ReturnType<typeof useIgnored>;
}

function Result({ comparison, left, right, ignored }: ResultProps) {
  const desk = useDesk();
  const [faint, setFaint] = useState(false);
  const [layout, setLayout] = useState<"sides" | "unified">("sides");
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [at, setAt] = useState(-1);
  const { place, wide } = useWide();
  const list = useRef<VirtualListHandle>(null);
  const changes = useMemo(() => listChanges(comparison, faint), [comparison, faint]);
  const faintCount = comparison.sections.flatMap((s) => s.changes).filter((c) => c.faint).length;
  const rows = comparison.sides?.rows ?? [];
  const body = comparison.sections.find((s) => s.name === "body");
  const shown = layout === "sides" && wide ? "sides" : "unified";
  const lines = useMemo(() => {
    const folded = foldRows(rows, opened);
    return shown === "sides" ? folded : unifyLines(folded);
  }, [rows, opened, shown]);
  const current = changes[at];

  const show = (to: number) => {
    const listed: Listed | undefined = changes[to];
    if (!listed) return;
    setAt(to);
    if (listed.section !== "body") return;
    const line = lines.findIndex((l) => l.kind === "row" && l.row.change === listed.index);
    if (line >= 0) list.current?.scrollTo(line, "center");
  };
  const step = (by: number) =>
    show(at < 0 ? (by > 0 ? 0 : changes.length - 1) : (at + by + changes.length) % changes.length);
  const latest = useRef(step);
  latest.current = step;
  const some = changes.length > 0;
  useActions(
    () => [
      {
        id: "compare.previous",
        title: "Previous change",
        group: "Request",
        keys: ["["],
        everywhere: false,
        enabled: () => some,
        run: () => latest.current(-1),
      },
      {
        id: "compare.next",
        title: "Next change",
        group: "Request",
        keys: ["]"],
        enabled: () => some,
        run: () => latest.current(1),
      },
    ],
    [some],
  );

  return (
    <div className={css.view} ref={place}>
      <div className={css.bar}>
        <b className={comparison.same ? css.sameWords : undefined} role="status">
          {summaryOf(comparison)}
        </b>
        {ignored.paths.length > 0 && (
          <span className={css.dim}>{plural(ignored.paths.length, "path")} left out</span>
        )}
        <span className={css.grow} />
        {faintCount > 0 && (
          <label className={css.check} title="Show also what differs in order, case or spelling only">
            <input type="checkbox" checked={faint} onChange={(e) => setFaint(e.currentTarget.checked)} />
            Order and case ({faintCount})
          </label>
        )}
        <Ignore ignored={ignored} />
        {wide && (
          <Segmented<"sides" | "unified">
            label="Layout"
            items={[
              { id: "sides", label: "Side by side" },
              { id: "unified", label: "Unified" },
            ]}
            value={layout}
            onChange={setLayout}
          />
        )}
        <span className={css.steps}>
          <Button small kbd="[" disabled={!some} onClick={() => step(-1)} aria-label="Previous change">
            Previous
          </Button>
          <Button small kbd="]" disabled={!some} onClick={() => step(1)} aria-label="Next change">
            Next
          </Button>
        </span>
      </div>
      <ChangeList
        changes={changes}
        current={at}
        onPick={show}
        onIgnore={(pattern) => {
          ignored.add(pattern);
          setAt(-1);
          desk.toasts.show({ text: `Left out: ${pattern}` });
        }}
      />
      <div className={css.names} data-layout={shown}>
        <SideName of={left} label="Left" />
        <SideName of={right} label="Right" />
      </div>
      {body?.note && <p className={css.note}>{body.note}</p>}
      {body?.kind === "bytes" && (
        <p className={css.note}>
          Not text: {bytes(body.leftBytes)} on the left, {bytes(body.rightBytes)} on the right
          {body.count > 0 ? "; the rows around the first difference:" : "."}
        </p>
      )}
      {rows.length === 0 ? (
        <p className={css.note}>Both bodies are empty.</p>
      ) : (
        <VirtualList
          className={css.rows}
          role="region"
          aria-label="Bodies compared"
          tabIndex={0}
          count={lines.length}
          rowHeight={ROW_PX}
          handle={list}
          row={(i) => {
            const line = lines[i];
            if (!line) return null;
            if (line.kind === "fold") {
              return (
                <button
                  type="button"
                  className={css.fold}
                  onClick={() => setOpened(new Set([...opened, line.from]))}
                >
                  {plural(line.count, "line")} the same
                </button>
              );
            }
            const here = current?.section === "body" && line.row.change === current.index;
            return <RowView row={line.row} layout={shown} current={here} />;
          }}
        />
      )}
      {comparison.sides?.truncated && (
        <p className={css.note}>Only the first lines are shown side by side.</p>
      )}
    </div>
  );
}

/** Whether there is room for two columns, and where to measure it. */
function useWide() {
  const place = useRef<HTMLDivElement>(null);
  const [wide, setWide] = useState(true);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWide(element.clientWidth >= TWO_COLUMNS_PX));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { place, wide };
}
