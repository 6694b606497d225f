import { useEffect, useRef, useSyncExternalStore } from "react";
import { useDesk } from "../../state/desk";
import { defaultPrefs } from "../../state/prefs";
import { useStore } from "../../state/store";
import { Detail } from "../detail/Detail";
import { RequestList } from "../list/RequestList";
import { EmptyState, Splitter } from "../parts";
import { Banners } from "./Banners";
import { Confirm } from "./Confirm";
import { FilterDialog } from "./FilterDialog";
import { Features } from "./features";
import { DialogGuard, PaneGuard } from "./Guard";
import { KeysHelp } from "./KeysHelp";
import { NoKey } from "./Locked";
import { Palette } from "./Palette";
import css from "./Shell.module.css";
import { Side } from "./Side";
import { Start } from "./Start";
import { StatusBar } from "./StatusBar";
import { Toasts } from "./Toasts";
import { TopBar } from "./TopBar";
import { useAppActions } from "./useAppActions";
import { useKeys } from "./useKeys";
import { useTheme } from "./useTheme";

const SIDE = { min: 160, max: 340 };
const LIST = { min: 300, max: 760 };
const DETAIL_MIN = 400;
const READING = ["pointerdown", "keydown", "wheel"] as const;

/** The whole screen: top bar, banners, three panes, status bar, and what lies above them. */
export function Shell() {
  const { list } = useDesk();
  useTheme();
  useAppActions();
  useKeys();
  const locked = useStore(list.view, (v) => v.error?.status === 401);
  if (locked) return <NoKey />;
  return (
    <div className={css.app}>
      <PaneGuard what="The top bar" bar>
        <TopBar />
      </PaneGuard>
      <div>
        <PaneGuard what="The banner" bar>
          <Banners />
        </PaneGuard>
      </div>
      <Panes />
      <PaneGuard what="The status bar" bar>
        <StatusBar />
      </PaneGuard>
      <Features />
      <DialogGuard names={["palette", "keys", "confirm", "filter"]}>
        <Palette />
        <KeysHelp />
        <Confirm />
        <FilterDialog />
      </DialogGuard>
      <PaneGuard what="A message" bar>
        <Toasts />
      </PaneGuard>
    </div>
  );
}

function Panes() {
  const { prefs, selection } = useDesk();
  const { sideWidth, listWidth } = useStore(prefs);
  const reading = useRef<HTMLDivElement>(null);
  // Whoever clicks, types or scrolls in the reading pane is reading what is in it.
  useEffect(() => {
    const pane = reading.current;
    for (const kind of READING) pane?.addEventListener(kind, selection.keep, { passive: true });
    return () => {
      for (const kind of READING) pane?.removeEventListener(kind, selection.keep);
    };
  }, [selection]);
  const width = useSyncExternalStore(onResize, () => window.innerWidth);
  const side = clamp(sideWidth, SIDE.min, Math.min(SIDE.max, width - LIST.min - DETAIL_MIN));
  const listMax = Math.max(LIST.min, Math.min(LIST.max, width - side - DETAIL_MIN));
  const list = clamp(listWidth, LIST.min, listMax);
  return (
    <main
      className={css.panes}
      style={{ gridTemplateColumns: `${side}px auto ${list}px auto minmax(0, 1fr)` }}
    >
      <div className={`${css.pane} ${css.side}`}>
        <PaneGuard what="The side pane">
          <Side />
        </PaneGuard>
      </div>
      <Splitter
        label="Resize the side pane"
        value={side}
        {...SIDE}
        initial={defaultPrefs.sideWidth}
        onChange={(to) => prefs.update((now) => ({ ...now, sideWidth: to }))}
      />
      <div className={css.pane}>
        <PaneGuard what="The list">
          <RequestList />
        </PaneGuard>
      </div>
      <Splitter
        label="Resize the list"
        value={list}
        min={LIST.min}
        max={listMax}
        initial={defaultPrefs.listWidth}
        onChange={(to) => prefs.update((now) => ({ ...now, listWidth: to }))}
      />
      <div className={css.pane} ref={reading}>
        <Reading />
      </div>
    </main>
  );
}

/** The right pane: the open request, or what to do when there is none. */
function Reading() {
  const { selection, list, scope } = useDesk();
  const seq = useStore(selection.store, (s) => s.seq);
  const ready = useStore(list.view, (v) => v.ready);
  const empty = useStore(list.view, (v) => v.length === 0 && v.pending === 0);
  const narrowed = useStore(scope, (s) => s.text !== "" || s.quick !== undefined);
  if (!ready) return null;
  if (empty && !narrowed) return <Start />;
  if (seq !== undefined)
    return (
      <PaneGuard what={`Request ${seq}`} about={seq}>
        <Detail seq={seq} key={seq} />
      </PaneGuard>
    );
  return (
    <div className={css.start}>
      <EmptyState title="No request is open">
        Choose one in the list, with a click or with J and K.
      </EmptyState>
    </div>
  );
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}

function onResize(listener: () => void): () => void {
  window.addEventListener("resize", listener);
  return () => window.removeEventListener("resize", listener);
}
