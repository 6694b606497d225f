// Runs: starting, following and repeating them. Progress is read anew when the
// live signal says that something changed (state/sync.ts).
import { queryOptions, useQuery } from "@tanstack/react-query";
import { sameByNature } from "../model/comparing";
import { runAsText, titleOfRun } from "../model/runs";
import { DoorError, type Run, type RunItem, type RunRequest } from "../model/types";
import { type Desk, useDesk } from "./desk";
import { settled } from "./inturn";

export type Only = "" | "failed" | "changed" | "unlike" | "pending";

type Read = Pick<Desk, "door">;

/** Items of a run are read in blocks of that many. */
export const ITEM_BLOCK = 200;

export const runReads = {
  all: ({ door }: Read) => queryOptions({ queryKey: ["runs", "all"], queryFn: () => door.runs() }),
  one: ({ door }: Read, id: number) => queryOptions({ queryKey: ["runs", id], queryFn: () => door.run(id) }),
  block: ({ door }: Read, id: number, only: Only, block: number) =>
    queryOptions({
      queryKey: ["runs", id, "items", only, block],
      queryFn: ({ signal }) =>
        door.runItems(
          id,
          { offset: block * ITEM_BLOCK, limit: ITEM_BLOCK, ...(only ? { only } : {}) },
          signal,
        ),
    }),
  /** One item as it is now; null when the run has none of that number. */
  item: ({ door }: Read, id: number, n: number) =>
    queryOptions({
      queryKey: ["runs", id, "items", "n", n],
      queryFn: async ({ signal }) =>
        (await door.runItems(id, { after: n - 1, limit: 1 }, signal)).find((i) => i.n === n) ?? null,
    }),
  /** All items, as far as anybody reads them. */
  whole: (desk: Read, id: number) =>
    queryOptions({ queryKey: ["runs", id, "whole"], queryFn: () => allItems(desk, id) }),
  /** How many requests a filter means; null when that takes long to say. */
  count: ({ door }: Read, filter: string) =>
    queryOptions({
      queryKey: ["runs", "count", filter],
      queryFn: async ({ signal }) => {
        const step = await door.count(filter, 0, signal);
        return step.done ? step.counted : null;
      },
    }),
  providers: ({ door }: Read) =>
    queryOptions({
      queryKey: ["simulatedProviders"],
      queryFn: () => door.simulatedProviders(),
      staleTime: Number.POSITIVE_INFINITY,
    }),
};

const MOST_ITEMS = 20_000;

/** The items of a run in their order, the first 20,000. */
export async function allItems({ door }: Read, id: number, only: Only = ""): Promise<RunItem[]> {
  const all: RunItem[] = [];
  for (;;) {
    const after = all.at(-1)?.n ?? 0;
    const more = await door.runItems(id, { after, limit: 1000, ...(only ? { only } : {}) });
    all.push(...more);
    if (more.length < 1000 || all.length >= MOST_ITEMS) return all;
  }
}

export function useRuns() {
  return useQuery(runReads.all(useDesk()));
}
export function useRun(id: number) {
  return useQuery(runReads.one(useDesk(), id));
}
export function useProviders() {
  return useQuery(runReads.providers(useDesk())).data ?? [];
}

/** Starts a run and opens its results; who went on to something else meanwhile is only told. */
export async function startRun(desk: Desk, order: RunRequest): Promise<Run> {
  const before = desk.dialogs.store.get();
  const run = await desk.door.startRun(order);
  desk.queries.setQueryData(runReads.one(desk, run.id).queryKey, run);
  await desk.queries.invalidateQueries({ queryKey: ["runs", "all"] });
  if (isLoop(run)) rememberLoop(run.id);
  const show = () => desk.dialogs.open("run", { id: run.id });
  if (desk.dialogs.store.get() === before) show();
  else desk.toasts.show({ text: `Run ${run.id} is under way`, action: { label: "Show", run: show } });
  return run;
}

/** The same run once more. */
export function repeatRun(desk: Desk, id: number): Promise<Run> {
  return startRun(desk, { again: id });
}

export async function cancelRun(desk: Desk, id: number): Promise<void> {
  desk.queries.setQueryData(runReads.one(desk, id).queryKey, await desk.door.cancelRun(id));
  await desk.queries.invalidateQueries({ queryKey: ["runs"] });
}

export async function resumeRun(desk: Desk, id: number): Promise<void> {
  desk.queries.setQueryData(runReads.one(desk, id).queryKey, await desk.door.resumeRun(id));
  await desk.queries.invalidateQueries({ queryKey: ["runs"] });
}

export async function deleteRun(desk: Desk, id: number): Promise<void> {
  await desk.door.deleteRun(id);
  desk.queries.removeQueries({ queryKey: ["runs", id] });
  await desk.queries.invalidateQueries({ queryKey: ["runs", "all"] });
}

/** Paths that comparing answers leaves out, as chosen in a comparison of answers; those that differ by nature go without saying. */
export function ignoredInAnswers(storage: Pick<Storage, "getItem"> = localStorage): string[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem("creel.ignored") ?? "{}");
    const paths = typeof kept === "object" && kept !== null && "answers" in kept ? kept.answers : [];
    if (!Array.isArray(paths)) return [];
    return paths.filter((p): p is string => typeof p === "string" && !sameByNature.includes(p));
  } catch {
    return [];
  }
}

/** Sends the requests to where each last went, to see what changed. */
export function replayLoop(desk: Desk, what: { filter: string } | { seqs: number[] }): Promise<Run> {
  const ignore = ignoredInAnswers();
  return startRun(desk, { ...what, last: true, ...(ignore.length > 0 ? { ignore } : {}) });
}

const LOOP = "creel.loop";

function isLoop(run: Run): boolean {
  return run.order.last && !run.order.simulate;
}

function rememberLoop(id: number): void {
  try {
    localStorage.setItem(LOOP, String(id));
  } catch {
    // Storage may be off or full; the loop then begins with the pinned ones.
  }
}

function rememberedLoop(): number {
  try {
    return Number(localStorage.getItem(LOOP) ?? 0);
  } catch {
    return 0;
  }
}

/** Runs the last replay loop again; the first time it is over the pinned requests. */
export async function loopAgain(desk: Desk): Promise<void> {
  const last = rememberedLoop();
  if (last > 0) {
    try {
      await repeatRun(desk, last);
      return;
    } catch (error) {
      // Another history, or it was forgotten: begin anew.
      if (!(error instanceof DoorError) || error.status !== 404) throw error;
    }
  }
  await loopPinned(desk);
}

export async function loopPinned(desk: Desk): Promise<void> {
  await settled(desk); // what was pinned just now belongs to it
  try {
    await replayLoop(desk, { filter: "is:pinned" });
  } catch (error) {
    if (!(error instanceof DoorError) || error.field !== "filter") throw error;
    desk.toasts.show({
      text: "No request is pinned: pin those to replay after each change, with P, then run the loop.",
    });
  }
}

/** Copies the results as text. */
export async function copyRun(desk: Desk, run: Run, only: Only): Promise<void> {
  const items = await allItems(desk, run.id, only);
  const providers = await desk.queries.fetchQuery(runReads.providers(desk));
  await desk.host.copyText(runAsText(run, items, titleOfRun(run, providers)));
}
