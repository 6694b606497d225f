import { describe, expect, it } from "vitest";
import * as f from "./format";
import type { Row } from "./types";

describe("sizes and durations", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1.0 kB"],
    [4_096, "4.1 kB"],
    [99_940, "99.9 kB"],
    [99_960, "100 kB"],
    [999_960, "1.0 MB"],
    [18_234_000, "18.2 MB"],
    [5e12, "5.0 TB"],
    [-1, ""],
    [Number.NaN, ""],
  ])("%d bytes read %j", (n, text) => expect(f.bytes(n)).toBe(text));

  it.each([
    [0, "0 ms"],
    [0.42, "0.4 ms"],
    [41.3, "41 ms"],
    [999.7, "1.00 s"],
    [1_236, "1.24 s"],
    [12_340, "12.3 s"],
    [125_000, "2 m 5 s"],
    [7_260_000, "2 h 1 m"],
  ])("%d ms read %j", (n, text) => expect(f.ms(n)).toBe(text));

  it("grow with their value", () => {
    const value = (text: string) => {
      const [n = "", unit = ""] = text.split(" ");
      return Number(n) * 1000 ** ["B", "kB", "MB", "GB", "TB"].indexOf(unit);
    };
    let last = -1;
    for (let n = 1; n < 1e13; n = Math.ceil(n * 1.37)) {
      const now = value(f.bytes(n));
      expect(now).toBeGreaterThanOrEqual(last);
      expect(Math.abs(now - n) / n).toBeLessThan(0.06);
      last = now;
    }
  });
});

describe("times", () => {
  const at = new Date(2026, 10, 23, 12, 4, 29, 381).toISOString();
  it("show the clock today and the day before that", () => {
    expect(f.rowTime(at, new Date(2026, 10, 23, 23))).toBe("12:04:29");
    expect(f.rowTime(at, new Date(2026, 10, 24))).toBe("23 Nov, 12:04");
    expect(f.rowTime(at, new Date(2027, 0, 1))).toBe("23 Nov 2026, 12:04");
    expect(f.clock(at, true)).toBe("12:04:29.381");
    expect(f.fullTime(at)).toContain("23 Nov 2026, 12:04:29.381");
  });
  it("say how long ago", () => {
    const now = new Date(at).getTime();
    expect(f.ago(at, now + 500)).toBe("just now");
    expect(f.ago(at, now + 12_000)).toBe("12 s ago");
    expect(f.ago(at, now + 180_000)).toBe("3 m ago");
    expect(f.ago(at, now + 5 * 3_600_000)).toBe("5 h ago");
    expect(f.ago(at, now + 4 * 86_400_000)).toBe("4 d ago");
    expect(f.ago(at, now - 24_000)).toBe("in 24 s");
  });
  it("give back what is no time", () => {
    expect(f.clock("soon")).toBe("soon");
    expect(f.rowTime("soon", new Date())).toBe("soon");
    expect(f.ago("soon", 0)).toBe("");
  });
});

describe("words", () => {
  it.each([
    ["application/json; charset=utf-8", "JSON"],
    ["application/vnd.api+json", "JSON"],
    ["application/x-www-form-urlencoded", "Form"],
    ["multipart/form-data; boundary=x", "Multipart"],
    ["application/soap+xml", "XML"],
    ["TEXT/PLAIN", "Text"],
    ["application/x-thing; a=b", "application/x-thing"],
    ["", ""],
  ])("content type %j is %j", (type, word) => expect(f.contentKind(type)).toBe(word));

  it("count", () => {
    expect(f.plural(1, "change")).toBe("1 change");
    expect(f.plural(1_284, "delivery", "deliveries")).toBe("1,284 deliveries");
    expect(f.changesText(undefined)).toBe("");
    expect(f.changesText(0)).toBe("same answer");
    expect(f.changesText(3)).toBe("3 changes");
  });

  it("tone a status and a method", () => {
    expect([200, 302, 404, 500, 0].map(f.statusTone)).toEqual(["good", "info", "warn", "bad", "plain"]);
    expect(["get", "POST", "PATCH", "DELETE", "BREW"].map(f.methodTone)).toEqual([
      "get",
      "post",
      "put",
      "delete",
      "other",
    ]);
  });

  it("call a request by its event, else by method and path", () => {
    expect(f.titleOf({ event: "push", method: "POST", target: "/x" })).toBe("push");
    expect(f.titleOf({ event: "", method: "GET", target: "/a/b?c=d" })).toBe("GET /a/b");
  });
});

describe("the badge of a row", () => {
  const row = (change: Partial<Row>): Row => ({
    seq: 1,
    uid: "",
    endpoint: "inbox",
    receivedAt: "",
    method: "POST",
    target: "/",
    host: "",
    contentType: "",
    bodyBytes: 0,
    state: "kept",
    status: 200,
    sig: "none",
    via: "direct",
    crossSite: false,
    deliveries: { waiting: 0, delivered: 0, failed: 0 },
    tags: [],
    pinned: false,
    read: false,
    ...change,
  });
  it.each<[string, Partial<Row>, string, f.Tone]>([
    ["nothing happened yet", {}, "", "plain"],
    ["an answer that is not the usual one", { status: 413 }, "answered 413", "plain"],
    ["cut short", { state: "cut", reason: "the sender stopped" }, "cut", "warn"],
    ["refused", { state: "refused" }, "refused", "bad"],
    ["a bad signature", { sig: "invalid" }, "signature", "bad"],
    ["waiting", { deliveries: { waiting: 1, delivered: 0, failed: 0 } }, "waiting", "info"],
    ["answered", { last: { attempt: "a", status: 201 } }, "201", "good"],
    ["answered badly", { last: { attempt: "a", status: 503 } }, "503", "bad"],
    ["no answer", { last: { attempt: "a", errorKind: "timeout" } }, "timed out", "bad"],
    ["an error class of a later version", { last: { attempt: "a", errorKind: "new" } }, "new", "bad"],
    ["failed before any attempt", { deliveries: { waiting: 0, delivered: 0, failed: 1 } }, "failed", "bad"],
  ])("says %s", (_, change, text, tone) => {
    expect(f.badgeOf(row(change))).toMatchObject({ text, tone });
  });
});
