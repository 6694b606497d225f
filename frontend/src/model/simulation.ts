// Simulations of providers: their tries on a timeline, and how the providers
// are known to deliver. Pure.
import { capital, plural, span } from "./format";
import type { ResultTone } from "./runs";
import type { RunItem, SimulatedProvider } from "./types";

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

/** The id under which a request's provider can be simulated; the general one when it cannot. */
export function simulatedAs(provider: string | undefined, all: readonly SimulatedProvider[]): string {
  return all.find((p) => p.id === provider)?.id ?? "standard-webhooks";
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
