import { describe, expect, it } from "vitest";
import { findHits, marksAt, marksIn } from "./hits";

const found = (text: string, ...marks: Parameters<typeof findHits>[1][number][]) =>
  findHits(text, marks).map((h) => text.slice(h.from, h.to));

describe("findHits", () => {
  it("finds each text whatever its case, in the order of the text", () => {
    expect(found("Paid invoice PAID", { in: "any", text: "paid" }, { in: "any", text: "inv" })).toEqual([
      "Paid",
      "inv",
      "PAID",
    ]);
  });

  it("joins what overlaps or touches", () => {
    expect(found("abcabc", { in: "any", text: "ab" }, { in: "any", text: "bc" })).toEqual(["abcabc"]);
  });

  it("keeps its place behind letters that change their length with their case", () => {
    expect(found("İİ paid", { in: "any", text: "PAID" })).toEqual(["paid"]);
  });

  it("runs patterns as far as a browser knows them, and never one that could hang it", () => {
    expect(found("id 17, id 4", { in: "body", regexp: "id \\d+" })).toEqual(["id 17", "id 4"]);
    expect(found("Paid PAID", { in: "body", regexp: "(?i)paid" })).toEqual(["Paid", "PAID"]);
    expect(found("Paid PAID", { in: "body", regexp: "paid" })).toEqual([]);
    expect(found("aaaa", { in: "body", regexp: "\\pL+" })).toEqual([]);
    expect(found("a".repeat(50), { in: "body", regexp: "(a+)+$" })).toEqual([]);
  });

  it("marks the whole where a value as a whole is meant", () => {
    expect(found("1200", { in: "body", key: "n" })).toEqual(["1200"]);
  });

  it("stops at the most", () => {
    expect(findHits("aaaa", [{ in: "any", text: "x" }], 2)).toEqual([]);
    expect(findHits("a a a a", [{ in: "any", text: "a" }], 2)).toHaveLength(2);
  });
});

describe("marksAt", () => {
  const at = (key: string, path: string) =>
    marksAt([{ in: "body", key, text: "x" }], () => path).length === 1;

  it("holds a path against those with stars in it", () => {
    expect(at("data.id", "data.id")).toBe(true);
    expect(at("data.id", "dataXid")).toBe(false);
    expect(at("data.id", "more.data.id")).toBe(false);
    expect(at("items[*].id", "items[12].id")).toBe(true);
    expect(at("items[*].id", "items.a.id")).toBe(false);
    expect(at("data.*.id", "data.a.id")).toBe(true);
    expect(at("data.*", "data[0]")).toBe(true);
    expect(at("data.*", "data.a.b")).toBe(false);
    expect(at("*.id", "data.id")).toBe(true);
    expect(at('data["a b"]', 'data["a b"]')).toBe(true);
  });

  it("takes words everywhere and other fields nowhere", () => {
    const marks = [
      { in: "any", text: "w" },
      { in: "header", key: "x", text: "h" },
    ];
    expect(marksAt(marks, () => "a").map((m) => m.text)).toEqual(["w"]);
  });
});

describe("marksIn", () => {
  const marks = [
    { in: "any", text: "w" },
    { in: "path", text: "/p" },
    { in: "header", key: "X-A", text: "h" },
    { in: "body", key: "data.n" },
    { in: "event", text: "push" },
  ];
  const texts = (...args: Parameters<typeof marksIn> extends [unknown, ...infer R] ? R : never) =>
    marksIn(marks, ...args).map((m) => m.text ?? m.key);

  it("knows what is shown where", () => {
    expect(texts("path")).toEqual(["w", "/p"]);
    expect(texts("event")).toEqual(["w", "push"]);
    expect(texts("header", "x-a")).toEqual(["w", "h"]);
    expect(texts("header", "x-b")).toEqual(["w"]);
  });

  it("covers a whole value only where its name says that it is meant", () => {
    expect(texts("body")).toEqual(["w"]);
    expect(texts("body", "data.n")).toEqual(["w", "data.n"]);
  });
});
