import { describe, expect, it } from "vitest";
import { atColumn, FAULTS, freshFault, isAnswered, partOf, replyDoes } from "./reply";
import type { Handshake } from "./types";

const slack: Handshake = { id: "slack", provider: "slack", name: "Slack", asks: "", answers: "", sure: true };
const dropbox: Handshake = { ...slack, id: "dropbox", provider: "dropbox", sure: false };

it("says what a reply does", () => {
  expect(replyDoes({ status: 202 })).toBe("answers 202");
  expect(replyDoes({ mode: "target" })).toBe("the target’s answer");
  expect(replyDoes({ fault: { kind: "reset" } })).toBe("resets the connection");
  expect(replyDoes({ fault: { kind: "status", status: 503, percent: 20 } })).toBe(
    "answers 200, 503 20 % of the time",
  );
  expect(replyDoes({ fault: { kind: "drip" } })).toBe("answers 200, dripping");
});

it("begins a fault with what it needs", () => {
  expect(FAULTS.map((f) => freshFault(f.id, 30))).toEqual([
    { kind: "reset", percent: 30 },
    { kind: "cut", percent: 30, afterBytes: 0 },
    { kind: "drip", percent: 30, bytesPerSecond: 20 },
    { kind: "silent", percent: 30, holdMs: 60_000 },
    { kind: "status", percent: 30, status: 503 },
  ]);
});

describe("which handshakes are answered", () => {
  it("automatically: the sure ones without a provider, else those of the provider, none with a target", () => {
    expect(isAnswered(slack, {}, "", false)).toBe(true);
    expect(isAnswered(dropbox, {}, "", false)).toBe(false);
    expect(isAnswered(dropbox, { mode: "auto" }, "dropbox", false)).toBe(true);
    expect(isAnswered(slack, { mode: "auto" }, "dropbox", false)).toBe(false);
    expect(isAnswered(slack, {}, "", true)).toBe(false);
  });
  it("off and chosen", () => {
    expect(isAnswered(slack, { mode: "off" }, "slack", false)).toBe(false);
    expect(isAnswered(slack, { mode: "chosen", ids: ["slack"] }, "", true)).toBe(true);
    expect(isAnswered(slack, { mode: "chosen" }, "slack", false)).toBe(false);
  });
});

it("finds the part of the editor for a field", () => {
  expect(
    [
      "name",
      "targets",
      "reply.body",
      "reply.pass.target",
      "reply.rules[2].when",
      "reply.handshakes.ids",
      "x",
    ].map(partOf),
  ).toEqual(["general", "forwarding", "reply", "reply", "rules", "handshakes", undefined]);
  expect(atColumn("no", 3)).toBe("Column 3: no");
  expect(atColumn("no", undefined)).toBe("no");
});
