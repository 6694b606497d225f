import { count } from "../../model/format";
import { filterOf } from "../../model/scope";
import type { RedriveState } from "../../model/types";
import { useCounting } from "../../state/counting";
import { useDesk } from "../../state/desk";
import { useEndpoints, useStatus } from "../../state/queries";
import { askRedrive } from "../../state/redrive";
import { useStore } from "../../state/store";
import { Button, CloseIcon, IconButton } from "../parts";
import css from "./List.module.css";

/** How many requests the list has, of how many; while that is not known, how far counting is. */
export function Summary({ searching }: { searching: boolean }) {
  const { list, stopSearch } = useDesk();
  const { counting, state } = useCounting();
  const view = useStore(list.view);
  const of = useWhole();
  const open = !searching && !view.exact;
  const counts = open && state.phase === "counting";
  return (
    <>
      <span className={css.summary} role="status" data-counting={counts || undefined}>
        {searching ? "Searching…" : summary(view.known, view.exact, view.ready, of, counts)}
        {counts && ` · counting… ${state.percent} %`}
      </span>
      {searching && list.isSearching && (
        <IconButton label="Stop searching" icon={<CloseIcon size={13} />} onClick={stopSearch} />
      )}
      {counts && <IconButton label="Stop counting" icon={<CloseIcon size={13} />} onClick={counting.stop} />}
      {open && state.phase === "stopped" && (
        <Button small look="quiet" className={css.countOn} onClick={counting.begin}>
          Count all
        </Button>
      )}
      <SendAgain known={view.known} />
    </>
  );
}

/** Sends again what the list of failures shows. */
function SendAgain({ known }: { known: number }) {
  const desk = useDesk();
  const scope = useStore(desk.scope);
  if (known === 0 || (scope.quick !== "dead" && scope.quick !== "failed")) return null;
  const states: RedriveState[] = scope.quick === "dead" ? ["dead"] : ["dead", "failed"];
  return (
    <Button
      small
      look="quiet"
      className={css.countOn}
      onClick={() => askRedrive(desk, { filter: filterOf(scope).filter, states }, known)}
    >
      Send all again…
    </Button>
  );
}

/** How many there are to filter, undefined when nothing is typed or they are not known. */
function useWhole(): number | undefined {
  const { list, scope } = useDesk();
  const { text, endpoint } = useStore(scope);
  const filter = useStore(list.view, (v) => v.filter);
  const history = useStatus().data?.history.requests;
  const endpoints = useEndpoints().data;
  if (text.trim() === "" || filter === "") return undefined;
  return endpoint === undefined ? history : endpoints?.find((e) => e.slug === endpoint)?.requests;
}

function summary(
  total: number,
  exact: boolean,
  ready: boolean,
  of: number | undefined,
  short: boolean,
): string {
  if (!ready) return "Reading…";
  if (total === 0) return "No requests";
  const known = `${count(total)}${exact ? "" : "+"}`;
  if (short) return of !== undefined && of >= total ? `${known} of ${count(of)}` : known;
  if (of !== undefined && of >= total) return `${known} of ${count(of)} ${of === 1 ? "request" : "requests"}`;
  return `${known} ${total === 1 ? "request" : "requests"}`;
}
