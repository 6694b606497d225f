import { describe, expect, it } from "vitest";
import { amountOf, answerText, bytesOf, exampleUrl, filled, slugOf, wholeOf } from "./setup";

describe("setup", () => {
  it("makes slugs the door accepts", () => {
    for (const [name, slug] of [
      ["Stripe (test)", "stripe-test"],
      ["  Ünï  ", "uni"],
      ["__a_b", "a_b"],
      ["—", ""],
      ["x".repeat(80), "x".repeat(64)],
    ] as const) {
      expect(slugOf(name)).toBe(slug);
    }
  });
  it("shows the answer as it is sent", () => {
    expect(answerText({ status: 201, headers: [["A", "b"]], body: "é" })).toBe(
      "HTTP/1.1 201 Created\nA: b\nX-Creel-Seq: 123\nContent-Length: 2\n\né",
    );
    expect(answerText({ status: 204, body: "x" })).toBe("HTTP/1.1 204 No Content\nX-Creel-Seq: 123\n\n");
  });
  it("shows where a request goes", () => {
    expect(exampleUrl({ url: "localhost:3000/a/", pathMode: "append" })).toBe(
      "http://localhost:3000/a/hook?x=1",
    );
    expect(exampleUrl({ url: "http://h/a?k=v", pathMode: "append" })).toBe("http://h/a/hook?k=v&x=1");
    expect(exampleUrl({ url: "http://h/a?k=v", pathMode: "exact" })).toBe("http://h/a?k=v");
  });
  it("reads amounts back", () => {
    for (const n of [0, 5_000_000_000, 1_500_000, 250_000_000]) expect(bytesOf(amountOf(n))).toBe(n);
    expect(bytesOf({ value: "x", unit: "GB" })).toBeUndefined();
    expect(bytesOf({ value: "-1", unit: "GB" })).toBeUndefined();
    expect(wholeOf("1,000")).toBe(1000);
    expect(wholeOf("")).toBe(0);
    expect(wholeOf("1.5")).toBeUndefined();
  });
  it("drops empty header lines only", () => {
    expect(
      filled([
        ["", ""],
        ["A", ""],
        ["", "b"],
      ]),
    ).toEqual([
      ["A", ""],
      ["", "b"],
    ]);
  });
});
