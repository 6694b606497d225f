import { describe, expect, it } from "vitest";
import { scanJson } from "./jsonscan";
import {
  allFolds,
  copyText,
  findValues,
  firstFolds,
  fold,
  foldLevel,
  momentOf,
  momentText,
  noFolds,
  previewOf,
  reveal,
  rowsOf,
} from "./jsontree";

const doc = scanJson('{"a":{"b":[1,2]},"c":[{"d":3}],"e":4}');
const rows = (folds: Parameters<typeof rowsOf>[1]) => [...rowsOf(doc, folds)];

describe("folding", () => {
  it("shows what is unfolded", () => {
    expect(rows(noFolds(doc))).toEqual([0, 1, 5, 8]);
    expect(rows(allFolds(doc))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(rows(fold(noFolds(doc), 5, true))).toEqual([0, 1, 5, 6, 8]);
    expect(rows(fold(allFolds(doc), 0, false))).toEqual([0]);
  });

  it("reveals a value and unfolds what stands beside one", () => {
    expect(rows(reveal(doc, noFolds(doc), 7))).toEqual([0, 1, 5, 6, 7, 8]);
    expect(rows(foldLevel(doc, noFolds(doc), 1))).toEqual([0, 1, 2, 5, 6, 8]);
  });

  it("opens a small document whole, of a large one about a screen", () => {
    expect(firstFolds(doc)).toEqual(allFolds(doc));
    const large = scanJson(JSON.stringify(Array.from({ length: 2_000 }, (_, i) => ({ i, n: [i, i] }))));
    const shown = rowsOf(large, firstFolds(large));
    expect(shown.length).toBe(2_001);
  });
});

describe("finding", () => {
  it("looks at names and plain values, not at whole containers", () => {
    expect(findValues(doc, "b")).toEqual([2]);
    expect(findValues(doc, "3")).toEqual([7]);
    expect(findValues(doc, "")).toEqual([]);
    expect(findValues(doc, "zzz")).toEqual([]);
    expect(findValues(doc, "{")).toEqual([]);
  });

  it("ignores case, also where lower case has another length", () => {
    expect(findValues(scanJson('["İstanbul","ISTANBUL"]'), "stanbul")).toEqual([1, 2]);
  });

  it("finds the same as looking at every value", () => {
    const many = scanJson(
      JSON.stringify(Array.from({ length: 300 }, (_, i) => ({ [`k${i % 7}`]: `v${i % 11}` }))),
    );
    const all = [...many.kind.keys()].filter((n) => {
      const name = many.text.slice(many.keyFrom[n], many.keyTo[n]);
      const plain = (many.kind[n] ?? 0) > 2 ? many.text.slice(many.from[n], many.to[n]) : "";
      return name.includes("v3") || plain.includes("v3");
    });
    expect(findValues(many, "v3")).toEqual(all);
    expect(findValues(many, "v3", 5)).toEqual(all.slice(0, 5));
  });
});

describe("moments", () => {
  const now = Date.UTC(2026, 10, 23, 12);
  const moment = (text: string, n = 1) => momentOf(scanJson(text), n, now);

  it("are seconds or milliseconds near today", () => {
    expect(moment('{"created":1795435469}')).toBe(1_795_435_469_000);
    expect(moment('{"created":1795435469123}')).toBe(1_795_435_469_123);
    expect(moment('{"sent_at":[1795435469]}', 2)).toBe(1_795_435_469_000);
  });

  it("are not ids, amounts, or numbers far away", () => {
    expect(moment('{"id":1795435469}')).toBeUndefined();
    expect(moment('{"amount":1795435469}')).toBeUndefined();
    expect(moment('{"thing":1095435469}')).toBeUndefined();
    expect(moment('{"created":42}')).toBeUndefined();
    expect(moment('{"created":"1795435469"}')).toBeUndefined();
  });

  it("read as a date, with the days when they are few", () => {
    expect(momentText(now, now)).toBe("23 Nov 2026, 12:00:00 UTC");
    expect(momentText(now + 3 * 86_400_000, now)).toBe("26 Nov 2026, 12:00:00 UTC · in 3 days");
    expect(momentText(now - 86_400_000, now)).toBe("22 Nov 2026, 12:00:00 UTC · 1 day ago");
  });
});

describe("copying", () => {
  it("gives the text of a string and the source of the rest", () => {
    const one = scanJson('{"s":"a\\nb","n":1.50,"o":{"x":1}}');
    expect(copyText(one, 1)).toBe("a\nb");
    expect(copyText(one, 2)).toBe("1.50");
    expect(copyText(one, 3)).toBe('{\n  "x": 1\n}');
  });
});

describe("previews", () => {
  it("show how a folded value begins", () => {
    expect(previewOf(doc, 0)).toBe("a: {…}, c: […], e: 4");
    expect(previewOf(doc, 2)).toBe("1, 2");
    expect(previewOf(scanJson('{"x":{},"y":[]}'), 0)).toBe("x: {}, y: []");
    const long = scanJson(JSON.stringify(Array.from({ length: 9 }, () => "w".repeat(60))));
    expect(previewOf(long, 0)).toMatch(/^("w{39}…, ){3}…$/);
  });
});
