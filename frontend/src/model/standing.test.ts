import { describe, expect, it } from "vitest";
import { standingOf, targetState, until } from "./standing";
import type { Attempt, Delivery } from "./types";

const now = Date.parse("2026-11-23T12:00:00Z");
const later = (seconds: number) => new Date(now + seconds * 1000).toISOString();

function delivery(part: Partial<Delivery>): Delivery {
  return {
    id: "d",
    request: 1,
    target: "app",
    url: "http://a/",
    kind: "forward",
    state: "waiting",
    edited: false,
    createdAt: later(0),
    attempts: [],
    tries: 0,
    triesAtMost: 10,
    ...part,
  } as Delivery;
}

describe("where a delivery stands", () => {
  it.each<[Partial<Delivery>, string]>([
    [{ nextAt: later(240), tries: 2 }, "waiting: next try in 4 min · try 3 of 10"],
    [{ nextAt: later(-5), tries: 2 }, "waiting: try 3 of 10"],
    [
      { held: { state: "open", failures: 10, nextProbeAt: later(30) } },
      "held: app rests, tried again in 30 s",
    ],
    [{ held: { state: "half-open", failures: 10 } }, "held: app rests, being tried"],
    [{ state: "sending" }, "sending: try 1 of 10"],
    [{ state: "sending", triesAtMost: 1 }, "sending: "],
    [{ state: "dead", tries: 10 }, "dead: 10 tries used up"],
    [{ state: "dead", tries: 1, attempts: [{ status: 410 } as Attempt] }, "dead: the target said 410 Gone"],
    [{ state: "delivered", tries: 1 }, "delivered: "],
    [{ state: "delivered", tries: 3 }, "delivered: at try 3"],
    [{ state: "failed", tries: 1, triesAtMost: 1 }, "failed: "],
  ])("%o", (part, words) => {
    const s = standingOf(delivery(part), now);
    expect(`${s.word}: ${s.text}`).toBe(words);
  });
  it("counts down", () => {
    expect([0, 1, 89, 91, 5_390, 36_000].map((s) => until(later(s), now))).toEqual([
      "now",
      "in 1 s",
      "in 89 s",
      "in 2 min",
      "in 90 min",
      "in 10 h",
    ]);
  });
});

it("a target says what is not well with it", () => {
  expect(targetState({}, now)).toBeUndefined();
  expect(targetState({ breaker: { state: "closed", failures: 3 } }, now)).toBeUndefined();
  const deliveries = { waiting: 40, dead: 2, failed: 0 };
  expect(targetState({ deliveries }, now)?.text).toBe("2 dead letters");
  const breaker = { state: "open", failures: 12, nextProbeAt: later(60) } as const;
  expect(targetState({ deliveries, breaker }, now)?.text).toBe(
    "rests after 12 failures in a row, tried again in 60 s · 40 deliveries held",
  );
});
