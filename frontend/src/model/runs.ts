// Runs: many requests sent as one piece of work, or one to many places, and
// what is told of them. Pure.
import { capital, count, ms, plural, span, statusTone } from "./format";
import type { Run, RunItem, RunPlace, SimulatedProvider } from "./types";

export type ResultTone = "good" | "bad" | "warn" | "plain";

/** Whether a run may still send something by itself. */
export function isWorking(run: Run): boolean {
  return run.state === "running" || run.state === "planning";
}

/** Items that were not sent. */
export function leftOf(run: Run): number {
  return Math.max(0, run.total - run.sent);
}

/** Whether the run can be gone on with. */
export function canResume(run: Run): boolean {
  return !isWorking(run) && leftOf(run) > 0;
}

export function doneOf(run: Run): number {
  return run.delivered + run.failed + run.cancelled;
}

/** One request to several places: its answers are compared with each other. */
export function isFan(run: Run): boolean {
  return run.order.to.length > 1 && run.order.requests === 1 && run.order.times === 1 && !run.order.duplicate;
}

/** A place in a few words. */
export function placeText(place: RunPlace | undefined): string {
  if (!place) return "";
  return place.target ?? (place.url ?? "").replace(/^https?:\/\//, "");
}

/** What a run is, in a few words: "412 requests to checkout-api". */
export function titleOfRun(run: Run, providers: readonly SimulatedProvider[] = []): string {
  const { order } = run;
  const times = Math.max(1, order.times) * Math.max(1, order.to.length) * (order.duplicate ? 2 : 1);
  const requests = order.requests ?? Math.round(run.total / times);
  const one = order.requests === 1 && order.seqs?.length === 1 ? `request #${order.seqs[0]}` : undefined;
  if (order.simulate) {
    const name = providers.find((p) => p.id === order.simulate)?.name ?? order.simulate;
    const what = one ?? (order.requests === undefined ? "what matched" : plural(order.requests, "request"));
    return `${name} simulated: ${what} to ${placeText(order.to[0])}`;
  }
  const what = one ?? plural(requests, "request");
  const often = order.times > 1 ? `, ${count(order.times)} times` : "";
  const twice = order.duplicate ? ", each doubled" : "";
  if (order.last) return `${capital(what)} to where ${one ? "it" : "each"} last went${often}${twice}`;
  const place = order.to.length === 1 ? placeText(order.to[0]) : plural(order.to.length, "place");
  return `${capital(what)} to ${place}${often}${twice}`;
}

const STATES: Record<Run["state"], string> = {
  planning: "Preparing",
  running: "Sending",
  done: "Done",
  stopped: "Stopped at the first failure",
  cancelled: "Cancelled",
  interrupted: "Interrupted",
};

/** How a run stands, in a line: "Sending · 34 of 412 · 2 failed". */
export function progressText(run: Run): string {
  const parts = [STATES[run.state]];
  if (run.order.simulate) {
    parts.push(plural(doneOf(run), "try", "tries"));
  } else {
    parts.push(
      isWorking(run) || leftOf(run) > 0
        ? `${count(doneOf(run))} of ${count(run.total)}`
        : `${count(run.total)} sent`,
    );
    if (run.failed > 0) parts.push(`${count(run.failed)} failed`);
    if (run.cancelled > 0) parts.push(`${count(run.cancelled)} cancelled`);
    if (run.changed > 0) parts.push(`${count(run.changed)} changed`);
    else if (run.same > 0 && !isWorking(run))
      parts.push(run.same === run.total ? "all the same answer" : `${count(run.same)} the same`);
  }
  return parts.join(" · ");
}

/** Whether what was sent more than once came out the same each time; undefined when nothing was. */
export function repeatsText(run: Run): { text: string; tone: ResultTone } | undefined {
  const { repeats } = run;
  if (!repeats || repeats.same + repeats.unlike === 0) return undefined;
  const { outcomes, firsts, unlike, otherStatus, otherBody } = repeats;
  const each = firsts > 1;
  const so = isWorking(run) ? " so far" : "";
  if (unlike === 0) {
    const what = each ? `, for each of ${count(firsts)} requests` : "";
    return { text: `All ${count(outcomes)} the same${so}${what}`, tone: "good" };
  }
  const ways = [
    ...(otherStatus > 0 ? [`${count(otherStatus)} in status`] : []),
    ...(otherBody > 0 ? [`${count(otherBody)} in body`] : []),
  ];
  const than = each ? "the first of their request" : "the first";
  const verb = unlike === 1 ? "differs" : "differ";
  return {
    text: `${count(unlike)} of ${count(outcomes)} ${verb} from ${than}${so}: ${ways.join(", ")}`,
    tone: "bad",
  };
}

/** In what an item differs from the first outcome of its request and place; "" when it does not. */
export function unlikeText(item: RunItem): string {
  switch (item.alike) {
    case "status":
      return "not as the first: another status";
    case "body":
      return "not as the first: another body";
    case "both":
      return "not as the first: another status and body";
    default:
      return "";
  }
}

/** What came of an item, as it is told in a table. */
export function resultOf(item: RunItem): { text: string; tone: ResultTone } {
  if (item.state === "pending") return { text: "not sent", tone: "plain" };
  if (item.state === "sent") return { text: "on its way", tone: "plain" };
  if (item.state === "cancelled") return { text: item.note ?? "cancelled", tone: "plain" };
  const { was, status, changes } = item;
  if (status === undefined) {
    if (was !== undefined) return { text: `was ${was}, now no answer`, tone: "bad" };
    return { text: item.attempt ? "no answer" : "not sent", tone: "bad" };
  }
  if (was !== undefined && was !== status) {
    const tone = statusTone(status);
    return { text: `was ${was}, now ${status}`, tone: tone === "good" ? "good" : "bad" };
  }
  if (changes === undefined) return { text: "first answer", tone: "plain" };
  if (changes === 0) return { text: "same", tone: "good" };
  return { text: plural(changes, "change"), tone: "warn" };
}

/** Whether an item's answer is another than the time before. */
export function isChanged(item: RunItem): boolean {
  return (item.changes ?? 0) > 0 || (item.was !== undefined && item.status === undefined);
}

/** What stands for the request of an item: its event, or method and path. */
export function itemTitle(item: RunItem): string {
  if (item.event) return item.event;
  return item.path === undefined ? "deleted since" : `${item.method} ${item.path}`;
}

/** The results of a run as text, one line an item, tabs between. */
export function runAsText(run: Run, items: readonly RunItem[], title: string): string {
  const several = run.order.to.length > 1;
  const repeats = repeatsText(run);
  const lines = items.map((item) => {
    const result = resultOf(item);
    return [
      `#${item.request}`,
      itemTitle(item),
      ...(several ? [placeText(run.order.to[item.place])] : []),
      ...(run.order.simulate ? [`try ${item.repeat} at ${span(item.atMs ?? 0)}`] : []),
      item.status === undefined ? "-" : String(item.status),
      item.state === "pending" ? "-" : ms(item.tookMs),
      run.order.simulate ? "" : result.text,
      item.note ?? "",
    ]
      .join("\t")
      .trimEnd();
  });
  return [
    `${title}`,
    `Run ${run.id}: ${progressText(run)}`,
    ...(repeats ? [repeats.text] : []),
    ...(run.reason ? [run.reason] : []),
    "",
    ...lines,
    "",
  ].join("\n");
}
