import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useRef, useState } from "react";
import { count } from "../../model/format";
import { useActions } from "../../state/actions";
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
import { Summary } from "./Summary";
import { useListFocus } from "./useListFocus";
import { useToday } from "./useToday";

const ROW_HEIGHT = 48;

/** The live list with its filter, its count and the pill of what waits above. */
export function RequestList() {
  const desk = useDesk();
  const { list, selection } = desk;
  const view = useStore(list.view);
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
  const move = useCallback((by: number) => moveTo(selection.index() + by), [moveTo, selection]);
  useListActions(move, moveTo, focus);
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
    if (seq !== undefined) selection.select(seq);
  };
  const onContextMenu = (event: MouseEvent) => {
    const seq = seqAt(event.target) ?? selected;
    const line = document.getElementById(`row-${seq}`);
    if (seq === undefined || !line) return;
    event.preventDefault();
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
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const page = handle.current?.page() ?? 10;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const step = steps[event.key];
    if (step !== undefined) move(step);
    else if (event.key === "Home") moveTo(0);
    else if (event.key === "End") moveTo(list.length - 1);
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
              selected={row.seq === selected}
              marked={row.seq === marked}
              today={today}
              marks={marks}
            />
          );
        }}
      />
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

function useListActions(
  move: (by: number) => void,
  moveTo: (index: number) => void,
  focus: () => void,
): void {
  const { selection, list } = useDesk();
  useActions(
    () => [
      { id: "list.next", title: "Next request", group: "List", keys: ["j"], quiet: true, run: () => move(1) },
      {
        id: "list.previous",
        title: "Previous request",
        group: "List",
        keys: ["k"],
        quiet: true,
        run: () => move(-1),
      },
      {
        id: "list.newest",
        title: "Newest request",
        group: "List",
        keys: ["g"],
        run: () => {
          list.showNew();
          moveTo(0);
        },
      },
      {
        id: "list.open",
        title: "Read the request",
        group: "List",
        keys: ["enter"],
        quiet: true,
        enabled: () => selection.store.get().seq !== undefined && !onControl(),
        run: () => document.getElementById("detail")?.focus(),
      },
      {
        id: "list.back",
        title: "Back to the list",
        group: "List",
        keys: ["escape"],
        quiet: true,
        run: focus,
      },
    ],
    [move, moveTo, focus, selection, list],
  );
}

/** Enter on a control is the control's own. */
function onControl(): boolean {
  const focused = document.activeElement;
  return (
    focused !== null && focused.closest('button, a, summary, [role="tab"], [role="separator"], hr') !== null
  );
}

function seqAt(target: EventTarget): number | undefined {
  const line = target instanceof Element ? target.closest<HTMLElement>("[data-seq]") : null;
  return line ? Number(line.dataset.seq) : undefined;
}
