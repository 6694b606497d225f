// Where deliveries and targets stand, in words. Pure; the clock is an argument.
import { count, plural, type Tone } from "./format";
import type { Breaker, Delivery, Target } from "./types";

export interface Standing {
  /** One word for the tag. */
  word: string;
  tone: Tone;
  /** The rest of the sentence, "" when the word says it all. */
  text: string;
}

/** How long until a time, "4 min"; "now" when it has come. */
export function until(at: string, now: number): string {
  const seconds = Math.ceil((new Date(at).getTime() - now) / 1000);
  if (!(seconds > 0)) return "now";
  if (seconds < 90) return `in ${seconds} s`;
  if (seconds < 5400) return `in ${Math.round(seconds / 60)} min`;
  return `in ${Math.round(seconds / 3600)} h`;
}

/** Where a delivery stands. */
export function standingOf(d: Delivery, now: number): Standing {
  const tries = d.triesAtMost > 1 ? `try ${Math.min(d.tries + 1, d.triesAtMost)} of ${d.triesAtMost}` : "";
  const made = plural(d.tries, "try", "tries");
  const last = d.attempts.at(-1);
  switch (d.state) {
    case "waiting":
      if (d.held) {
        const probe = d.held.nextProbeAt
          ? `, tried again ${until(d.held.nextProbeAt, now)}`
          : ", being tried";
        return { word: "held", tone: "warn", text: `${d.target} rests${probe}` };
      }
      if (d.nextAt && new Date(d.nextAt).getTime() > now)
        return { word: "waiting", tone: "info", text: join(`next try ${until(d.nextAt, now)}`, tries) };
      return { word: "waiting", tone: "info", text: tries };
    case "sending":
      return { word: "sending", tone: "info", text: tries };
    case "dead":
      if (last?.status === 410) return { word: "dead", tone: "bad", text: "the target said 410 Gone" };
      return { word: "dead", tone: "bad", text: d.tries === 0 ? "" : `${made} used up` };
    case "failed":
      return { word: "failed", tone: "bad", text: "" };
    case "delivered":
      return { word: "delivered", tone: "good", text: d.tries > 1 ? `at try ${count(d.tries)}` : "" };
    default:
      return { word: d.state, tone: "plain", text: "" };
  }
}

/** How a target is doing; undefined while all is well. */
export function targetState(
  target: Pick<Target, "breaker" | "deliveries" | "connection">,
  now: number,
): { tone: Tone; text: string } | undefined {
  const { breaker, deliveries } = target;
  const waiting = deliveries?.waiting ? `${plural(deliveries.waiting, "delivery", "deliveries")} held` : "";
  if (breaker?.state === "half-open")
    return { tone: "warn", text: join("being tried with one delivery", waiting) };
  if (breaker?.state === "open") return { tone: "bad", text: join(restText(breaker, now), waiting) };
  if (deliveries?.dead) return { tone: "warn", text: plural(deliveries.dead, "dead letter") };
  return undefined;
}

function restText(breaker: Breaker, now: number): string {
  const why = `rests after ${plural(breaker.failures, "failure")} in a row`;
  return breaker.nextProbeAt ? `${why}, tried again ${until(breaker.nextProbeAt, now)}` : why;
}

function join(...parts: string[]): string {
  return parts.filter((p) => p !== "").join(" · ");
}
