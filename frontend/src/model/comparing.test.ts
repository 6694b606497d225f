import { describe, expect, it } from "vitest";
import { foldRows, ignorePattern, listChanges, marked, summaryOf, unifyLines } from "./comparing";
import type { Comparison, Section, SideRow } from "./types";

const same = (n: number): SideRow => ({ op: "same", leftNo: n, left: `l${n}`, rightNo: n, right: `l${n}` });
const section = (
  name: Section["name"],
  changes: Section["changes"],
  count = changes.filter((c) => !c.faint).length,
): Section => ({
  name,
  kind: "json",
  changes,
  count,
  truncated: false,
  leftBytes: 0,
  rightBytes: 0,
});

describe("foldRows", () => {
  const rows: SideRow[] = [
    ...Array.from({ length: 20 }, (_, i) => same(i + 1)),
    { op: "add", rightNo: 21, right: "x" },
  ];
  it("folds a long equal run and keeps lines around the difference", () => {
    const lines = foldRows(rows, new Set());
    expect(lines[0]).toEqual({ kind: "fold", from: 0, count: 17 });
    expect(lines.slice(1).map((l) => (l.kind === "row" ? l.index : -1))).toEqual([17, 18, 19, 20]);
  });
  it("shows every row once when opened", () => {
    const lines = foldRows(rows, new Set([0]));
    expect(lines.map((l) => (l.kind === "row" ? l.index : -1))).toEqual(rows.map((_, i) => i));
  });
  it("never loses a row, whatever differs where", () => {
    for (let seed = 1; seed < 200; seed++) {
      const mixed = Array.from(
        { length: 40 },
        (_, i): SideRow => ((seed * (i + 7)) % 11 < 2 ? { op: "add", right: "x" } : same(i)),
      );
      const covered = foldRows(mixed, new Set()).reduce((n, l) => n + (l.kind === "fold" ? l.count : 1), 0);
      expect(covered).toBe(40);
    }
  });
  it("does not fold two lines", () => {
    expect(foldRows([same(1), same(2)], new Set()).every((l) => l.kind === "row")).toBe(true);
  });
});

describe("words", () => {
  const comparison: Comparison = {
    same: false,
    count: 4,
    sections: [
      section("headers", [
        { op: "replace", path: "x" },
        { op: "move", path: "y", faint: true },
      ]),
      section("body", [{ op: "add", path: "a" }], 3),
    ],
  };
  it("sums up by section, most first", () => {
    expect(summaryOf(comparison)).toBe("3 changes in the body, 1 in the headers");
    expect(summaryOf({ ...comparison, sections: [section("body", [])] })).toBe("The same");
    expect(
      summaryOf({ ...comparison, sections: [section("headers", [{ op: "move", path: "y", faint: true }])] }),
    ).toBe("The same, but for 1 faint difference");
  });
  it("lists faint changes only when asked", () => {
    expect(listChanges(comparison, false)).toHaveLength(2);
    expect(listChanges(comparison, true)).toHaveLength(3);
  });
  it("makes patterns that fit any element", () => {
    const of = (path: string, name: Section["name"] = "body") =>
      ignorePattern({ section: name, change: { op: "replace", path }, index: 0 });
    expect(of("data.items[3].id")).toBe("body.data.items[*].id");
    expect(of("[0].id")).toBe("body[*].id");
    expect(of("date", "headers")).toBe("headers.date");
    expect(of("lines 3-5")).toBeUndefined();
    expect(of("byte 17")).toBeUndefined();
    expect(of("")).toBeUndefined();
  });
  it("cuts text at marks", () => {
    expect(marked("abcdef", [[1, 3]]).map((p) => p.text)).toEqual(["a", "bc", "def"]);
    expect(marked("abc", undefined)).toEqual([{ text: "abc", mark: false }]);
    expect(marked("abc", [[0, 3]])).toEqual([{ text: "abc", mark: true }]);
  });
  it("writes a replaced row as two lines, with the change of both", () => {
    const rows: SideRow[] = [
      { op: "replace", leftNo: 1, left: "a", rightNo: 2, right: "b", change: 4 },
      same(3),
    ];
    const lines = unifyLines(foldRows(rows, new Set()));
    expect(
      lines.map((l) =>
        l.kind === "row" ? `${l.row.op} ${l.row.left ?? ""}${l.row.right ?? ""} ${l.row.change ?? ""}` : "",
      ),
    ).toEqual(["remove a 4", "add b 4", "same l3l3 "]);
  });
});
