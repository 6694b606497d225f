import { describe, expect, it } from "vitest";
import {
  amountOf,
  answerText,
  bytesOf,
  elsewhere,
  exampleUrl,
  filled,
  readAddress,
  slugOf,
  targetName,
  wholeOf,
} from "./setup";

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
  it("completes an address that lacks its scheme, and no other", () => {
    for (const [typed, url] of [
      ["localhost:3000/a", "http://localhost:3000/a"],
      ["127.0.0.1:8080", "http://127.0.0.1:8080"],
      ["[::1]:8080/x", "http://[::1]:8080/x"],
      ["example.com/hook?a=1", "http://example.com/hook?a=1"],
      ["localhost/hook", "http://localhost/hook"],
      ["app:3000", "http://app:3000"],
      [":3000/hook", "http://localhost:3000/hook"],
      [" 3000 ", "http://localhost:3000"],
    ] as const) {
      expect(readAddress(typed)).toEqual({ url, completed: true });
    }
    for (const whole of [
      "https://example.com/a",
      "http://localhost",
      "ftp://files.example/",
      "",
      "a b",
      "javascript:alert(1)",
    ]) {
      expect(readAddress(whole)).toEqual({ url: whole, completed: false });
    }
  });
  it("doubts hosts that are hardly meant", () => {
    expect(readAddress("localhost3000/foo")).toEqual({
      url: "http://localhost3000/foo",
      completed: true,
      doubt: expect.stringContaining("localhost3000") as string,
      instead: "http://localhost:3000/foo",
    });
    expect(readAddress("http://api/foo")).toMatchObject({ url: "http://api/foo", completed: false });
    expect(readAddress("http://api/foo").doubt).toContain("no dot and no port");
    expect(readAddress("http://api/foo").instead).toBeUndefined();
  });
  it("knows when a run listens elsewhere", () => {
    expect(elsewhere("127.0.0.1:4290", "127.0.0.1:4290")).toBe(false);
    expect(elsewhere("127.0.0.1:0", "127.0.0.1:53111")).toBe(false);
    expect(elsewhere("127.0.0.1:4290", "127.0.0.1:4300")).toBe(true);
    expect(elsewhere("127.0.0.1:4290", "0.0.0.0:4290")).toBe(true);
  });
  it("reads amounts back", () => {
    for (const n of [0, 5_000_000_000, 1_500_000, 250_000_000]) expect(bytesOf(amountOf(n))).toBe(n);
    expect(bytesOf({ value: "x", unit: "GB" })).toBeUndefined();
    expect(bytesOf({ value: "-1", unit: "GB" })).toBeUndefined();
    expect(wholeOf("1,000")).toBe(1000);
    expect(wholeOf("")).toBe(0);
    expect(wholeOf("1.5")).toBeUndefined();
  });
  it("names a target after its host, numbered when taken", () => {
    expect(targetName("http://localhost:3000/hooks", [])).toBe("localhost:3000");
    const taken = [{ name: "localhost:3000" }, { name: "localhost:3000 2" }];
    expect(targetName("http://localhost:3000/hooks", taken)).toBe("localhost:3000 3");
    expect(targetName("not a url", [])).toBe("my app");
    expect(targetName(`http://${"x".repeat(63)}.test/`, []).length).toBeLessThanOrEqual(60);
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
