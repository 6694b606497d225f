import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useRef, useState } from "react";
import { count } from "../../model/format";
import { useDesk } from "../../state/desk";
import { useFilterMarks, useSavable } from "../../state/filters";
import { useStore } from "../../state/store";
import { ArrowUpIcon, Button, VirtualList, type VirtualListHandle } from "../parts";
import { FilterBox } from "./FilterBox";
import css from "./List.module.css";
import { ListEmpty } from "./ListEmpty";
import { ListMenu } from "./ListMenu";
import { RowLine } from "./RowLine";
import { RowMenu, type RowMenuPlace } from "./RowMenu";
import { SelectionBar } from "./SelectionBar";
import { Summary } from "./Summary";
import { useListActions } from "./useListActions";
import { useListFocus } from "./useListFocus";
import { useToday } from "./useToday";

const ROW_HEIGHT = 48;

/** The live list with its filter, its count and the pill of what waits above. */
export function RequestList() {
  const desk = useDesk();
  const { list, selection, picks } = desk;
  const view = useStore(list.view);
  const picked = useStore(picks.store);
  const selected = useStore(selection.store, (s) => s.seq);
  const marked = useStore(selection.store, (s) => s.marked);
  const searching = useLasting(view.loading && view.ready);
  const today = useToday();
  const marks = useFilterMarks();
  const savable = useSavable();
  const handle = useRef<VirtualListHandle>(null);
  const [menu, setMenu] = useState<RowMenuPlace>();

  const focus = useCallback(() => handle.current?.element()?.focus(), []);
  // A position that is not loaded yet is selected when its row is here.
  const goal = useRef<number>(undefined);
  const moveTo = useCallback(
    (index: number) => {
      if (list.length === 0) return;
      const to = Math.max(0, Math.min(list.length - 1, index));
      goal.current = selection.selectIndex(to) < 0 ? to : undefined;
      handle.current?.scrollTo(to);
    },
    [list, selection],
  );
  useEffect(
    () =>
      list.view.subscribe(() => {
        if (goal.current !== undefined && selection.selectIndex(goal.current) >= 0) goal.current = undefined;
      }),
    [list, selection],
  );
  const move = useCallback(
    (by: number) => {
      picks.clear();
      moveTo(selection.index() + by);
    },
    [moveTo, selection, picks],
  );
  /** Moves on and picks everything from where picking began. */
  const extend = useCallback(
    (by: number) => {
      const to = Math.max(0, Math.min(list.length - 1, selection.index() + by));
      if (!list.row(to)) return;
      picks.rangeTo(to);
      moveTo(to);
    },
    [moveTo, list, selection, picks],
  );
  useListActions(move, moveTo, extend, focus);
  useListFocus(focus);

  const shownFilter = view.filter;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter starts at its top
  useEffect(() => {
    const element = handle.current?.element();
    if (element) element.scrollTop = 0;
  }, [shownFilter]);

  const onRange = useCallback((from: number, to: number) => list.want(from, to), [list]);
  const onScrollTop = useCallback((top: number) => list.follow(top < ROW_HEIGHT / 2), [list]);
  const showNew = () => {
    list.showNew();
    const element = handle.current?.element();
    if (element) element.scrollTop = 0;
    focus();
  };
  const onClick = (event: MouseEvent) => {
    goal.current = undefined;
    const seq = seqAt(event.target);
    if (seq === undefined) return;
    if (event.shiftKey) picks.rangeTo(list.indexOf(seq));
    else if (event.ctrlKey || event.metaKey) picks.toggle(seq);
    else picks.clear();
    selection.select(seq);
  };
  const onContextMenu = (event: MouseEvent) => {
    const seq = seqAt(event.target) ?? selected;
    const line = document.getElementById(`row-${seq}`);
    if (seq === undefined || !line) return;
    event.preventDefault();
    if (!picks.store.get().has(seq)) picks.clear();
    selection.select(seq);
    // By key there is no pointer: the menu then opens at the row.
    const box = line.getBoundingClientRect();
    const byPointer = event.button === 2;
    setMenu({ x: byPointer ? event.clientX : box.left + 24, y: byPointer ? event.clientY : box.bottom - 8 });
  };
  const closeMenu = () => {
    setMenu(undefined);
    focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && selected !== undefined) {
      event.preventDefault();
      picks.toggle(selected);
      return;
    }
    if (event.shiftKey) {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      extend(by);
      return;
    }
    const page = handle.current?.page() ?? 10;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const step = steps[event.key];
    if (step !== undefined) move(step);
    else if (event.key === "Home") move(-list.length);
    else if (event.key === "End") move(list.length);
    else return;
    event.preventDefault();
  };

  const active = selected !== undefined && list.indexOf(selected) >= 0 ? `row-${selected}` : undefined;
  return (
    <section className={css.list} aria-label="Requests">
      <FilterBox onLeave={focus} />
      <div className={css.meta}>
        <Summary searching={searching} />
        {savable !== undefined && (
          <Button
            small
            look="quiet"
            className={css.save}
            onClick={() => desk.dialogs.open("filter", { filter: savable })}
          >
            Save filter
          </Button>
        )}
        <ListMenu />
      </div>
      <div className={css.pillPlace}>
        {view.pending > 0 && (
          <button type="button" className={css.pill} onClick={showNew}>
            {count(view.pending)} new <ArrowUpIcon size={13} />
          </button>
        )}
      </div>
      {view.ready && view.length + view.pending === 0 && !view.error && <ListEmpty onLeave={focus} />}
      <VirtualList
        className={css.scroller}
        role="listbox"
        aria-label="Requests, newest first"
        aria-busy={view.loading}
        aria-multiselectable="true"
        aria-activedescendant={active}
        tabIndex={0}
        handle={handle}
        count={view.length}
        rowHeight={ROW_HEIGHT}
        onRange={onRange}
        onScrollTop={onScrollTop}
        onClick={onClick}
        onContextMenu={onContextMenu}
        onKeyDown={onKeyDown}
        row={(index) => {
          const row = list.row(index);
          if (!row) return <div className={css.blank} />;
          return (
            <RowLine
              row={row}
              index={index}
              size={view.length}
              active={row.seq === selected}
              selected={picked.size > 0 ? picked.has(row.seq) : row.seq === selected}
              marked={row.seq === marked}
              today={today}
              marks={marks}
            />
          );
        }}
      />
      <SelectionBar />
      <RowMenu place={menu} onClose={closeMenu} />
    </section>
  );
}

const LASTING_MS = 250;

/** True once something goes on long enough to be told. */
function useLasting(on: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!on) {
      setLasting(false);
      return;
    }
    const timer = setTimeout(() => setLasting(true), LASTING_MS);
    return () => clearTimeout(timer);
  }, [on]);
  return lasting;
}

function seqAt(target: EventTarget): number | undefined {
  const line = target instanceof Element ? target.closest<HTMLElement>("[data-seq]") : null;
  return line ? Number(line.dataset.seq) : undefined;
}
