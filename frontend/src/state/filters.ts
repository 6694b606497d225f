// Saved filters, kept in the data folder; and what the filter in use marks.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { addTerm } from "../model/filtertext";
import { everything, filterOf } from "../model/scope";
import type { FilterMark, SavedFilter } from "../model/types";
import { type Desk, useDesk } from "./desk";
import { reads, useFilters } from "./queries";
import { useStore } from "./store";

/** Changes the saved filters as they are now, whoever changed them last. */
async function change(desk: Desk, make: (now: SavedFilter[]) => SavedFilter[]): Promise<void> {
  const now = await desk.queries.fetchQuery({ ...reads.filters(desk), staleTime: 0 });
  const kept = await desk.door.putFilters(make(now));
  desk.queries.setQueryData(reads.filters(desk).queryKey, kept);
}

/** Saves a filter: in the place of the one with the name `was`, else at the end. */
export function saveFilter(desk: Desk, filter: SavedFilter, was?: string): Promise<void> {
  return change(desk, (now) =>
    now.some((f) => f.name === was) ? now.map((f) => (f.name === was ? filter : f)) : [...now, filter],
  );
}

/** Deletes a saved filter; the message offers to bring it back to its place. */
export async function removeFilter(desk: Desk, name: string): Promise<void> {
  let place = 0;
  let gone: SavedFilter | undefined;
  await change(desk, (now) => {
    place = now.findIndex((f) => f.name === name);
    gone = now[place];
    return now.filter((f) => f.name !== name);
  });
  const back = gone;
  if (!back) return;
  desk.toasts.show({
    text: `Deleted the filter “${name}”`,
    action: {
      label: "Undo",
      run: () => change(desk, (now) => [...now.slice(0, place), back, ...now.slice(place)]),
    },
  });
}

/** Moves a saved filter up (-1) or down (1). */
export function moveFilter(desk: Desk, name: string, by: -1 | 1): Promise<void> {
  return change(desk, (now) => {
    const at = now.findIndex((f) => f.name === name);
    const moved = now[at];
    if (!moved || at + by < 0 || at + by >= now.length) return now;
    const rest = now.filter((_, i) => i !== at);
    return [...rest.slice(0, at + by), moved, ...rest.slice(at + by)];
  });
}

/** Shows what a filter means and nothing else. */
export function showFilter(desk: Desk, filter: string): void {
  desk.setScope({ ...everything, text: filter });
}

/** Narrows the list by one more term. */
export function narrow(desk: Desk, term: string): void {
  desk.setScope({ text: addTerm(desk.scope.get().text, term) });
}

/** The filter that the list shows, when it can be saved; undefined when there is none, or it is at fault or saved. */
export function useSavable(): string | undefined {
  const desk = useDesk();
  const { filter } = filterOf(useStore(desk.scope));
  const narrowed = useStore(desk.scope, (s) => s.text.trim() !== "");
  const fine = useStore(desk.list.view, (v) => v.error === undefined && v.filter === filter);
  const saved = useFilters().data;
  if (!narrowed || !fine || !saved || saved.some((f) => f.filter === filter)) return undefined;
  return filter;
}

/** A single letter stands everywhere. */
const telling = (mark: FilterMark) => mark.in !== "any" || mark.text?.length !== 1;

const NONE: readonly FilterMark[] = [];

/** What the rows in the list were found by; the same object while the filter stays. */
export function useFilterMarks(): readonly FilterMark[] {
  const desk = useDesk();
  const filter = useStore(desk.list.view, (v) => v.filter);
  const { data } = useQuery({ ...reads.filterCheck(desk, filter), enabled: filter !== "" });
  return useMemo(() => (data && filter !== "" ? data.marks.filter(telling) : NONE), [data, filter]);
}
