import { describe, expect, it } from "vitest";
import { bodyOf, lineChanges, placeOn, sourceText } from "./transform";

const text = (changes: ReturnType<typeof lineChanges>) =>
  changes.map(({ op, name, value }) => `${{ same: " ", add: "+", remove: "-" }[op]}${name}: ${value}`);

describe("lineChanges", () => {
  it("keeps what stayed in its place", () => {
    expect(
      text(
        lineChanges(
          [
            ["Host", "h"],
            ["A", "1"],
            ["B", "2"],
          ],
          [
            ["Host", "h"],
            ["A", "9"],
            ["B", "2"],
            ["C", "3"],
          ],
        ),
      ),
    ).toEqual([" Host: h", "-A: 1", "+A: 9", " B: 2", "+C: 3"]);
  });
  it("tells a moved line as one that went and one that came", () => {
    expect(
      text(
        lineChanges(
          [
            ["A", "1"],
            ["B", "2"],
          ],
          [
            ["B", "2"],
            ["A", "1"],
          ],
        ),
      ),
    ).toEqual(["-A: 1", " B: 2", "+A: 1"]);
  });
  it("knows repeats", () => {
    expect(
      text(
        lineChanges(
          [
            ["A", "1"],
            ["A", "1"],
          ],
          [["A", "1"]],
        ),
      ),
    ).toEqual([" A: 1", "-A: 1"]);
    expect(lineChanges([], [])).toEqual([]);
  });
});

describe("bodyOf", () => {
  const message = (body: string) => ({
    method: "POST",
    url: "http://h/",
    headers: [],
    bodyBase64: btoa(body),
  });
  it("lays JSON out and leaves other text alone", () => {
    expect(bodyOf(message('{"a":12345678901234567890}'))).toEqual({
      size: 26,
      text: '{\n  "a": 12345678901234567890\n}',
      json: true,
    });
    expect(bodyOf(message("a=1"))).toEqual({ size: 3, text: "a=1", json: false });
    expect(bodyOf(message("{a"))).toEqual({ size: 2, text: "{a", json: false });
  });
  it("has no text for what is none, and not all of what is long", () => {
    expect(bodyOf(message("\xff"))).toEqual({ size: 1, text: undefined, json: false });
    expect(bodyOf(message("x".repeat(30)), 10).text).toBe(`${"x".repeat(10)}\n…`);
  });
});

it("names places and sources", () => {
  expect(placeOn("http://h:1/a?b", "http://h:1/c")).toBe("/a?b");
  expect(placeOn("http://h:1", "http://h:1/c")).toBe("/");
  expect(placeOn("http://x/a", "http://h:1/c")).toBe("http://x/a");
  expect(sourceText(" \n")).toBe("None: everything is sent as it came");
  expect(sourceText("a")).toBe("JavaScript, 1 line");
  expect(sourceText("a\n\nb\n")).toBe("JavaScript, 2 lines");
});
