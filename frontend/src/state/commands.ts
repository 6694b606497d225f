// What a person can do to requests, whoever asks: buttons, keys, palette.
// Each shows what it did; what deletes can be undone.
import { curl } from "../model/curl";
import { bytes, plural } from "../model/format";
import { filterOf } from "../model/scope";
import type { Endpoint, Status } from "../model/types";
import type { Desk } from "./desk";
import { inTurn } from "./inturn";
import { reads } from "./queries";
import type { ThemeChoice } from "./theme";

export const INBOX = "inbox";

/** The catch URL of an endpoint, of the one in view when none is named. */
export function catchUrl(desk: Desk, slug = desk.scope.get().endpoint ?? INBOX): string {
  const endpoints = desk.queries.getQueryData<Endpoint[]>(reads.endpoints(desk).queryKey);
  const known = endpoints?.find((e) => e.slug === slug);
  if (known) return known.url;
  const status = desk.queries.getQueryData<Status>(reads.status(desk).queryKey);
  return `${status?.catch.url ?? "http://127.0.0.1:4290"}/${slug}`;
}

export async function copyUrl(desk: Desk, slug?: string): Promise<void> {
  const url = catchUrl(desk, slug);
  await desk.host.copyText(url);
  desk.toasts.show({ text: `Copied ${url}` });
}

/** A curl command that posts something to that URL. */
export function exampleCurl(url: string): string {
  return `curl -X POST ${url} -H 'Content-Type: application/json' --data '{"hello":"creel"}'`;
}

/** Copies a request as a curl command to where it was caught. */
export async function copyCurl(desk: Desk, seq: number): Promise<void> {
  const [detail, body] = await Promise.all([
    desk.queries.fetchQuery(reads.detail(desk, seq)),
    desk.queries.fetchQuery(reads.body(desk, seq)),
  ]);
  if (body.length > 1_000_000) {
    throw new Error(
      `copy as cURL: the body has ${bytes(body.length)}, too much for a command line; save the body instead`,
    );
  }
  const status = desk.queries.getQueryData<Status>(reads.status(desk).queryKey);
  const origin = detail.host ? `http://${detail.host}` : (status?.catch.url ?? "http://127.0.0.1:4290");
  const url = /^https?:\/\//.test(detail.target) ? detail.target : origin + detail.target;
  await desk.host.copyText(curl({ method: detail.method, url, headers: detail.headers, body }));
  desk.toasts.show({ text: `Copied request #${seq} as a curl command` });
}

/** Deletes one request; the row below takes its place. */
export async function removeRequest(desk: Desk, seq: number): Promise<void> {
  const { list, selection } = desk;
  const trash = await desk.door.trashOne(seq);
  // The list still shows what was deleted a moment ago.
  desk.deleted.add(seq);
  if (selection.store.get().seq === seq) selection.select(nearest(desk, list.indexOf(seq)));
  if (selection.store.get().marked === seq) selection.mark(undefined);
  offerUndo(desk, trash.id, `Deleted request #${seq}`, () => {
    desk.deleted.delete(seq);
    selection.select(seq);
  });
}

/** The request below a position, else the one above it, that was not deleted. */
function nearest({ list, deleted }: Desk, at: number): number | undefined {
  if (at < 0) return undefined;
  for (const step of [1, -1]) {
    let row = list.row(at + step);
    for (let to = at + step; row && deleted.has(row.seq); row = list.row(to)) to += step;
    if (row) return row.seq;
  }
  return undefined;
}

/** Deletes everything that the list shows, up to what has arrived by now. */
export async function clearAll(desk: Desk): Promise<void> {
  const { filter } = filterOf(desk.scope.get());
  const status = await desk.queries.fetchQuery({ ...reads.status(desk), staleTime: 0 });
  const trash = await desk.door.trash(filter, status.lastSeq);
  desk.selection.select(undefined);
  desk.selection.mark(undefined);
  offerUndo(desk, trash.id, `Deleted ${plural(trash.count, "request")}`);
}

function offerUndo(desk: Desk, trash: number, text: string, after?: () => void): void {
  desk.toasts.show({
    text,
    action: {
      label: "Undo",
      run: async () => {
        const { count } = await desk.door.restore(trash);
        after?.();
        desk.toasts.show({ text: `${plural(count, "request")} restored` });
      },
    },
  });
}

export async function setRead(desk: Desk, seq: number, read: boolean): Promise<void> {
  desk.list.patch(seq, { read });
  await inTurn(desk, `request ${seq}`, () => desk.door.mark(seq, { read }));
}

export async function markAllRead(desk: Desk): Promise<void> {
  const { count } = await desk.door.markAll(filterOf(desk.scope.get()).filter, { read: true });
  desk.toasts.show({ text: `${plural(count, "request")} marked as read` });
}

/** Chooses the theme here at once and in the settings for every window. */
export async function setTheme(desk: Desk, theme: ThemeChoice): Promise<void> {
  desk.prefs.update((now) => ({ ...now, theme }));
  await inTurn(desk, "theme", () => desk.door.changeSettings({ theme }));
  await desk.queries.invalidateQueries({ queryKey: ["settings"] });
}

/** Deletes all of these; one undo brings them back. */
export async function deletePicked(desk: Desk, seqs: readonly number[]): Promise<void> {
  const trashed: number[] = [];
  desk.picks.clear();
  try {
    for (const seq of seqs) {
      trashed.push((await desk.door.trashOne(seq)).id);
      desk.deleted.add(seq);
    }
  } finally {
    const { selection } = desk;
    const open = selection.store.get().seq;
    if (open !== undefined && desk.deleted.has(open))
      selection.select(nearest(desk, desk.list.indexOf(open)));
    if (trashed.length > 0) {
      desk.toasts.show({
        text: `Deleted ${plural(trashed.length, "request")}`,
        action: {
          label: "Undo",
          run: async () => {
            for (const id of trashed) await desk.door.restore(id);
            for (const seq of seqs) desk.deleted.delete(seq);
            desk.toasts.show({ text: `${plural(trashed.length, "request")} restored` });
          },
        },
      });
    }
  }
}
