// Runs: many requests sent as one piece of work, or one to many places. What
// is told of them, and how the form of one becomes an order. Pure.
import { count, ms, plural, statusTone } from "./format";
import { readAddress } from "./setup";
import type { Run, RunItem, RunPlace, RunRequest, SimulatedProvider } from "./types";

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

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
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
    ...(run.reason ? [run.reason] : []),
    "",
    ...lines,
    "",
  ].join("\n");
}

/** A time span as a person says it: "0 s", "5 min", "2 h 30 min", "3 d". */
export function span(milliseconds: number): string {
  const s = Math.round(milliseconds / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return two(s, 60, "min", 1, "s");
  const min = Math.round(s / 60);
  if (min < 48 * 60) return two(min, 60, "h", 1, "min");
  return two(Math.round(min / 60), 24, "d", 1, "h");
}

function two(n: number, large: number, ofLarge: string, small: number, ofSmall: string): string {
  const rest = Math.floor((n % large) / small);
  return `${Math.floor(n / large)} ${ofLarge}${rest > 0 ? ` ${rest} ${ofSmall}` : ""}`;
}

/** A row of a simulation's timeline: a request, or one of its tries. */
export type TimelineRow = { kind: "request"; item: RunItem; tries: number } | { kind: "try"; item: RunItem };

/** The tries of a simulation by request, each in its order. */
export function timelineOf(items: readonly RunItem[]): TimelineRow[] {
  const byRequest = new Map<number, RunItem[]>();
  for (const item of items) byRequest.set(item.request, [...(byRequest.get(item.request) ?? []), item]);
  return [...byRequest.values()].flatMap((tries) => {
    const sorted = tries.toSorted((a, b) => a.repeat - b.repeat);
    const first = sorted[0];
    if (!first) return [];
    return [
      { kind: "request" as const, item: first, tries: sorted.length },
      ...sorted.map((item) => ({ kind: "try" as const, item })),
    ];
  });
}

/** How a provider is known to deliver, each line with how well that is known. */
export function practiceOf(p: SimulatedProvider): { text: string; trust: string }[] {
  const trust = (t: SimulatedProvider["timeoutTrust"]) =>
    t === "documented" ? "documented" : "as commonly known";
  const waits =
    p.timeoutMs === undefined
      ? "how long it waits is not known"
      : `waits ${span(p.timeoutMs)} for the answer`;
  const connects = p.connectMs === undefined ? "" : `, ${span(p.connectMs)} of it for the connection`;
  const made =
    p.assumed && p.retries > 0
      ? `; the single pauses are not published, Creel takes ${p.retries} over ${span(p.wholeMs)}`
      : "";
  return [
    {
      text: `${capital(waits)}${connects}; accepts ${p.accepts}`,
      trust: p.timeoutMs === undefined ? "" : trust(p.timeoutTrust),
    },
    { text: `Retries: ${p.schedule}${made}`, trust: trust(p.retryTrust) },
    ...(p.after ? [{ text: `In the end ${p.after}`, trust: trust(p.retryTrust) }] : []),
  ];
}

/** What the form of a run holds. Numbers are as typed. */
export interface RunForm {
  how: "send" | "simulate";
  where: "last" | "places";
  targets: string[];
  /** One URL a line. */
  urls: string;
  mode: "ordered" | "parallel";
  parallel: string;
  rate: string;
  delayMs: string;
  times: string;
  stop: boolean;
  shuffle: boolean;
  duplicate: boolean;
  resign: boolean;
  provider: string;
  /** Seconds. */
  realTime: string;
}

export const emptyForm: RunForm = {
  how: "send",
  where: "places",
  targets: [],
  urls: "",
  mode: "ordered",
  parallel: "4",
  rate: "",
  delayMs: "",
  times: "1",
  stop: false,
  shuffle: false,
  duplicate: false,
  resign: false,
  provider: "standard-webhooks",
  realTime: "0",
};

/** The id under which a request's provider can be simulated; the general one when it cannot. */
export function simulatedAs(provider: string | undefined, all: readonly SimulatedProvider[]): string {
  return all.find((p) => p.id === provider)?.id ?? "standard-webhooks";
}

/** What a run is to send: named requests, or all that match a filter. */
export type What = { seqs: number[] } | { filter: string };

/** The places of a form, in the order shown: targets, then pasted URLs. */
export function placesOf(form: RunForm): RunPlace[] {
  const urls = form.urls
    .split(/\s+/)
    .filter((line) => line !== "")
    .map((line) => ({ url: readAddress(line).url }));
  return [...form.targets.map((target) => ({ target })), ...urls];
}

export type FormErrors = Partial<
  Record<"to" | "parallel" | "ratePerSecond" | "delayMs" | "times" | "realTimeMs", string>
>;

/** The order that a form means, or what is wrong with it, by the door's field names. */
export function orderOf(
  form: RunForm,
  what: What,
  ignore: string[],
): { order: RunRequest } | { errors: FormErrors } {
  const errors: FormErrors = {};
  const read = (field: keyof FormErrors, text: string, from: number, to: number, empty: number): number => {
    const n = text.trim() === "" ? empty : Number(text.replace(",", "."));
    if (!(n >= from && n <= to)) errors[field] = `A number from ${from} to ${count(to)}`;
    return n;
  };
  const places = placesOf(form);
  const simulates = form.how === "simulate";
  const last = form.where === "last";
  if (!last && places.length === 0)
    errors.to = "Choose a target, or paste a URL such as http://localhost:3000/webhooks";
  if (simulates && !last && places.length > 1) errors.to = "A simulation goes to one place: leave one";
  const base: RunRequest = {
    ...what,
    ...(last ? { last: true } : { to: places }),
    ...(form.resign ? { resign: true } : {}),
  };
  if (simulates) {
    const realTimeMs = Math.round(read("realTimeMs", form.realTime, 0, 60, 0) * 1000);
    if (Object.keys(errors).length > 0) return { errors };
    return { order: { ...base, simulate: form.provider, realTimeMs } };
  }
  const parallel = form.mode === "parallel" ? read("parallel", form.parallel, 2, 32, 4) : 1;
  const ratePerSecond = read("ratePerSecond", form.rate, 0, 1000, 0);
  const delayMs = read("delayMs", form.delayMs, 0, 60_000, 0);
  const times = read("times", form.times, 1, 100, 1);
  if (Object.keys(errors).length > 0) return { errors };
  return {
    order: {
      ...base,
      ...(parallel > 1 ? { mode: "parallel" as const, parallel } : {}),
      ...(ratePerSecond > 0 ? { ratePerSecond } : {}),
      ...(delayMs > 0 ? { delayMs } : {}),
      ...(times > 1 ? { times } : {}),
      ...(form.stop ? { stopAtFirstFailure: true } : {}),
      ...(form.shuffle ? { shuffle: true } : {}),
      ...(form.duplicate ? { duplicate: true } : {}),
      ...(ignore.length > 0 ? { ignore } : {}),
    },
  };
}

/** How much a form would send: "412 requests × 2 places × 3 times = 2,472 sendings". */
export function amountOf(form: RunForm, requests: number | undefined): string {
  if (requests === undefined) return "";
  if (form.how === "simulate") {
    return `${plural(requests, "request")}, ${requests === 1 ? "" : "each "}until it is accepted or given up`;
  }
  const places = form.where === "last" ? 1 : placesOf(form).length;
  const times = Math.max(1, Number(form.times) || 1);
  const factors = [plural(requests, "request")];
  if (places > 1) factors.push(plural(places, "place"));
  if (times > 1) factors.push(`${count(times)} times`);
  if (form.duplicate) factors.push("doubled");
  const all = requests * Math.max(1, places) * times * (form.duplicate ? 2 : 1);
  return factors.length === 1 ? (factors[0] ?? "") : `${factors.join(" × ")} = ${plural(all, "sending")}`;
}

/** What a simulation comes to for one request, in a sentence. */
export function verdictOf(all: readonly RunItem[]): { text: string; tone: ResultTone } {
  const last = all.at(-1);
  if (!last || last.state === "pending" || last.state === "sent") return { text: "under way", tone: "plain" };
  const at = span(last.atMs ?? 0);
  const tries = (n: number) => `after ${plural(n, "try", "tries")}${n > 1 ? `, ${at}` : ""}`;
  switch (last.ruling) {
    case "accepted":
      return last.repeat === 1
        ? { text: "accepted at the first try", tone: "good" }
        : { text: `accepted ${tries(last.repeat)}`, tone: "warn" };
    case "give-up":
      return { text: `given up ${tries(last.repeat)}`, tone: "bad" };
    case "disabled":
      return { text: `switched off ${tries(last.repeat)}`, tone: "bad" };
    case "retry":
      return { text: `broken off before try ${last.repeat + 1}`, tone: "plain" };
    case undefined:
      return { text: last.note ?? "not sent", tone: last.state === "failed" ? "bad" : "plain" };
  }
}
