// Sending a request on, and telling what became of it.
import { changesText, ms, plural } from "../model/format";
import { everything } from "../model/scope";
import type { Attempt, Delivery, ReplayRequest, Target } from "../model/types";
import type { Desk } from "./desk";
import { reads } from "./queries";
import type { Toast } from "./toasts";

/** Where a request goes: a target by its name, or a URL. */
export interface Where {
  target?: string;
  url?: string;
}

const FINAL = new Set<Delivery["state"]>(["delivered", "failed", "dead", "cancelled", "dropped"]);

/** Where a request was last sent: the target when it still exists, else the URL; undefined when nowhere. */
export async function lastWhere(desk: Desk, seq: number): Promise<Where | undefined> {
  const [newest] = await desk.queries.fetchQuery({ ...reads.deliveries(desk, seq), staleTime: 0 });
  if (!newest) return undefined;
  const targets: Target[] = await desk.queries.fetchQuery(reads.targets(desk));
  if (newest.target && targets.some((t) => t.name === newest.target)) return { target: newest.target };
  return { url: newest.url };
}

/** The whole URL that a request was last sent to, path and query worked out; undefined when nowhere. */
export async function lastUrl(desk: Desk, seq: number): Promise<string | undefined> {
  const [newest] = await desk.queries.fetchQuery({ ...reads.deliveries(desk, seq), staleTime: 0 });
  return newest?.url;
}

/** A place in a few words: the target's name, or the URL without its scheme. */
export function placeOf(where: Where): string {
  return where.target ?? (where.url ?? "").replace(/^https?:\/\//, "");
}

/** What became of a delivery, in one line. */
export function outcomeOf(delivery: Delivery): { text: string; tone: "good" | "bad" | "plain" } {
  const last = delivery.attempts.at(-1);
  if (delivery.state === "cancelled" || !last) {
    return { text: delivery.state === "cancelled" ? "Cancelled" : "Waiting", tone: "plain" };
  }
  if (last.error) return { text: last.error.text, tone: delivery.state === "dropped" ? "plain" : "bad" };
  const parts = [`${last.status} in ${ms(last.phasesMs.total)}`, changesText(last.changes)];
  return {
    text: parts.filter(Boolean).join(" · "),
    tone: delivery.state === "delivered" ? "good" : "bad",
  };
}

/**
 * Waits until a delivery has come to its end, or waits for a later try with
 * more than that many made; it is looked at now and then.
 */
export async function finished(desk: Desk, seq: number, id: string, tried = 0): Promise<Delivery> {
  for (let pause = 60; ; pause = Math.min(pause * 1.5, 1_000)) {
    const all = await desk.door.deliveries(seq);
    const found = all.find((d) => d.id === id);
    if (!found) throw new Error("this delivery is gone: its request was deleted");
    const putOff = found.state === "waiting" && found.attempts.length > tried;
    if (FINAL.has(found.state) || putOff) {
      desk.queries.setQueryData(reads.deliveries(desk, seq).queryKey, all);
      return found;
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}

/** Puts the request in the outbox; the deliveries are on their way when it returns. */
export async function post(desk: Desk, seq: number, order: ReplayRequest): Promise<Delivery[]> {
  const made = await desk.door.replay(seq, order);
  await desk.queries.invalidateQueries({ queryKey: ["request", seq, "deliveries"] });
  return made;
}

/** Sends and says in toasts what becomes of it. It returns once the request is on its way. */
export async function send(desk: Desk, seq: number, order: ReplayRequest): Promise<void> {
  const [made] = await post(desk, seq, order);
  if (made) follow(desk, seq, made, placeOf(order)).catch(desk.toasts.fail);
}

/** Tries a failed delivery again. */
export async function retry(desk: Desk, delivery: Delivery): Promise<void> {
  await desk.door.retry(delivery.id);
  await desk.queries.invalidateQueries({ queryKey: ["request", delivery.request, "deliveries"] });
  follow(desk, delivery.request, delivery, placeOf(delivery)).catch(desk.toasts.fail);
}

async function follow(desk: Desk, seq: number, delivery: Delivery, place: string): Promise<void> {
  const about = aboutSends(seq);
  const waiting = desk.toasts.show({ about, text: `Sending #${seq} to ${place}…` });
  try {
    const done = await finished(desk, seq, delivery.id, delivery.attempts.length);
    const { text, tone } = outcomeOf(done);
    const last = done.attempts.at(-1);
    const action = compareAction(desk, last) ?? (tone === "bad" ? showAction(desk, seq) : undefined);
    desk.toasts.show({
      about,
      tone,
      text: last?.error ? `#${seq}: ${text}` : `#${seq} to ${place}: ${text}`,
      ...(action ? { action } : {}),
      ...(tone === "bad"
        ? { fold: failed(desk, last?.error?.text ?? `the answer was ${last?.status}`) }
        : {}),
    });
  } finally {
    desk.toasts.close(waiting);
  }
}

/** What toasts about the deliveries of a request are about. */
export const aboutSends = (seq: number): string => `send ${seq}`;

function compareAction(desk: Desk, last: Attempt | undefined): Toast["action"] {
  if (!last?.changes || !last.against) return undefined;
  const { against, id } = last;
  return {
    label: "Compare",
    run: () =>
      desk.dialogs.open("compare", {
        left: { attempt: against, side: "answer" },
        right: { attempt: id, side: "answer" },
      }),
  };
}

function showAction(desk: Desk, seq: number): Toast["action"] {
  return {
    label: "Show",
    run: () => {
      desk.prefs.update((now) => ({ ...now, detailTab: "deliveries" }));
      desk.selection.select(seq);
    },
  };
}

/** Failed sends are one message, however many they are. */
function failed(desk: Desk, why: string): Toast["fold"] {
  return {
    kind: "failed send",
    why,
    many: (count) => `${plural(count, "send")} failed`,
    action: { label: "Show", run: () => desk.setScope({ ...everything, quick: "failed" }) },
  };
}

const RECENT = "creel.urls";
const MOST_RECENT = 8;

/** URLs that were sent to lately, newest first. */
export function recentUrls(storage: Pick<Storage, "getItem"> = localStorage): string[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(RECENT) ?? "[]");
    return Array.isArray(kept) ? kept.filter((u): u is string => typeof u === "string") : [];
  } catch {
    return [];
  }
}

export function rememberUrl(url: string, storage: Pick<Storage, "getItem" | "setItem"> = localStorage): void {
  const rest = recentUrls(storage).filter((u) => u !== url);
  try {
    storage.setItem(RECENT, JSON.stringify([url, ...rest].slice(0, MOST_RECENT)));
  } catch {
    // Storage may be off or full; the list is then not longer than this window.
  }
}
