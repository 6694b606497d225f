import { describe, expect, it } from "vitest";
import {
  BadField,
  draftOf,
  scheduleText,
  type TargetDraft,
  tabOf,
  targetOf,
  waitsOf,
  waitsText,
} from "./targets";
import type { Target } from "./types";

const full: Target = {
  name: "app",
  transform: "function transform(request) {}",
  url: "http://localhost:3000/x",
  pathMode: "template",
  path: "/in/{path}",
  dropQuery: true,
  filter: "method:POST",
  headerRules: [{ op: "set", name: "X-A", value: "1" }],
  mark: false,
  timeoutMs: 2500,
  policy: {
    attempts: 4,
    waitsMs: [0, 1500, 60_000],
    success: "200-204",
    ratePerSecond: 0.5,
    parallel: 2,
    inOrder: true,
  },
  connection: {
    connectTimeoutMs: 100,
    tlsTimeoutMs: 200,
    firstByteTimeoutMs: 300,
    redirects: 2,
    verify: "ca",
    caPem: "-----BEGIN",
    host: "fixed",
    hostName: "shop.example",
  },
};

describe("a target that is edited", () => {
  it("comes back as it was", () => {
    expect(targetOf(draftOf(full, undefined))).toEqual(full);
  });
  it("leaves what is empty to the defaults", () => {
    const made = targetOf({ ...draftOf(undefined, "3000"), name: " app " });
    expect([made.name, made.url]).toEqual(["app", "http://localhost:3000"]);
    expect(made.policy).toEqual({
      attempts: 0,
      waitsMs: [],
      success: "",
      ratePerSecond: 0,
      parallel: 0,
      inOrder: false,
    });
    expect(made.timeoutMs).toBe(30_000);
    expect(made.connection?.verify).toBe("system");
  });
  it.each<[Partial<TargetDraft>, string]>([
    [{ name: " " }, "name"],
    [{ url: "" }, "url"],
    [{ timeout: "soon" }, "timeoutMs"],
    [{ connect: "301" }, "connection.connectTimeoutMs"],
    [{ attempts: "1.5" }, "policy.attempts"],
    [{ parallel: "33" }, "policy.parallel"],
    [{ rate: "-1" }, "policy.ratePerSecond"],
    [{ waits: "0s 2d" }, "policy.waitsMs"],
    [{ waits: "25h" }, "policy.waitsMs"],
  ])("%o is told at its field", (part, field) => {
    const bad = () => targetOf({ ...draftOf(full, undefined), ...part });
    expect(bad).toThrow(BadField);
    try {
      bad();
    } catch (error) {
      expect(error instanceof BadField && error.field).toBe(field);
    }
  });
  it("has a tab for every field", () => {
    expect(["url", "policy.waitsMs", "timeoutMs", "connection.caPem"].map(tabOf)).toEqual([
      "general",
      "delivery",
      "connection",
      "connection",
    ]);
  });
});

describe("waits", () => {
  it("are written as they are read", () => {
    for (const text of ["0s 5s 30s 2m 10m 30m 1h 2h 5h 10h", "250ms", "1m 90s"])
      expect(waitsOf(waitsText(waitsOf(text)))).toEqual(waitsOf(text));
    expect(waitsOf("0, 5 1.5m")).toEqual([0, 5000, 90_000]);
    expect(waitsText([90_000, 3_600_000])).toBe("90s 1h");
  });
  it("are summed up", () => {
    expect(scheduleText("", "")).toBe("10 tries within about 19 hours, then it is a dead letter.");
    expect(scheduleText("0s 10s", "3")).toBe("3 tries within about 20 s, then it is a dead letter.");
    expect(scheduleText("", "1")).toBe("One try, then it is a dead letter.");
    expect(scheduleText("nonsense", "")).toBe("");
  });
});
