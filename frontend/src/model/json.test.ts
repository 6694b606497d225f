import { describe, expect, it } from "vitest";
import { type JsonDoc, nameOf, pathOf, prettyFrom, prettyJson, sourceOf, unquote } from "./json";
import { JsonError, JsonScan, scanJson } from "./jsonscan";

const fault = (text: string): JsonError => {
  try {
    scanJson(text);
  } catch (error) {
    if (error instanceof JsonError) return error;
  }
  throw new Error(`${text} was read`);
};

/** Small, repeatable pseudo-random numbers below `below`. */
function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function anything(roll: (below: number) => number, depth: number): unknown {
  const kind = roll(depth > 4 ? 5 : 7);
  if (kind === 0) return null;
  if (kind === 1) return roll(2) === 0;
  if (kind === 2) return roll(1_000_000) / 64;
  if (kind === 3) return `x${'"\\\n\u00e9\ud83d\ude00/\t'.slice(0, roll(8))}`;
  if (kind === 4) return roll(100) - 50;
  const items = Array.from({ length: roll(5) }, () => anything(roll, depth + 1));
  return kind === 5 ? items : Object.fromEntries(items.map((v, i) => [`k ${i}`, v]));
}

describe("scanJson", () => {
  it("keeps the digits of the source", () => {
    const doc = scanJson('{"big":12345678901234567890.10,"e":1E+2}');
    expect(sourceOf(doc, 1)).toBe("12345678901234567890.10");
    expect(sourceOf(doc, 2)).toBe("1E+2");
  });

  it("lists values in source order with parent, size and what follows", () => {
    const doc = scanJson('[1,{"a":[2,3]},4]');
    expect([...doc.parent]).toEqual([-1, 0, 0, 2, 3, 3, 0]);
    expect([...doc.size]).toEqual([3, 0, 1, 2, 0, 0, 0]);
    expect([...doc.next]).toEqual([7, 2, 6, 6, 5, 6, 7]);
    expect([...doc.depth]).toEqual([0, 1, 1, 2, 3, 3, 1]);
  });

  it("flags a name that its object had already, however it is escaped", () => {
    const doc = scanJson('{"a":1,"\\u0061":2,"b":{"a":3}}');
    expect([...doc.again]).toEqual([0, 0, 1, 0, 0]);
  });

  it("accepts what JSON.parse accepts, a byte order mark besides", () => {
    for (const text of ["null", " [ ] ", '{"":0}', "-0.5e-7", '"\\u00e9\\n"', "\ufeff{}"])
      expect(scanJson(text).count).toBeGreaterThan(0);
  });

  it("says where and why text is not JSON", () => {
    const wrong: [string, number, string][] = [
      ['{"a":1,\n "b":tru}', 2, "expected a value"],
      ["[1,]", 1, 'a "," stands before the "]"'],
      ["{a:1}", 1, "expected a name in double quotes"],
      ["01", 1, "not a number"],
      ['"a', 1, "has no end"],
      ["[1] 2", 1, "more text after the end"],
      ["", 1, "the text ends too early"],
      ['"\\x"', 1, "is not an escape"],
      ['"a\nb"', 1, "must be escaped"],
    ];
    for (const [text, line, reason] of wrong) {
      expect(fault(text).line).toBe(line);
      expect(fault(text).message).toContain(reason);
    }
    expect(fault('{"a":1,\n "b":tru}').column).toBe(6);
  });

  it("reads nesting as deep as a sender likes", () => {
    const deep = 100_000;
    const doc = scanJson("[".repeat(deep) + "]".repeat(deep));
    expect(doc.count).toBe(deep);
    expect(doc.depth[deep - 1]).toBe(deep - 1);
  });

  it("agrees with JSON.parse on anything, and its layout means the same", () => {
    const roll = dice(7);
    for (let i = 0; i < 400; i++) {
      const value = anything(roll, 0);
      const text = JSON.stringify(value, null, roll(2) === 0 ? 0 : 1);
      const doc = scanJson(text);
      expect(prettyJson(doc)).toBe(JSON.stringify(value, null, 2));
    }
  });

  it("refuses what JSON.parse refuses, and nothing else", () => {
    const roll = dice(11);
    for (let i = 0; i < 2_000; i++) {
      const text = JSON.stringify(anything(roll, 0));
      const at = roll(text.length + 1);
      const broken = text.slice(0, at) + '{}[],:"\\0-e1 '.charAt(roll(13)) + text.slice(at + roll(2));
      let parses = true;
      try {
        JSON.parse(broken);
      } catch {
        parses = false;
      }
      let scans = true;
      try {
        scanJson(broken);
      } catch {
        scans = false;
      }
      expect(scans, broken).toBe(parses);
    }
  });
});

describe("JsonScan", () => {
  /** Reads a text and pauses wherever it may when the dice say so. */
  function withPauses(text: string, roll: (below: number) => number): { doc: JsonDoc; pauses: number } {
    const scan = new JsonScan(text);
    let done = 0;
    for (let pauses = 0; ; pauses++) {
      const doc = scan.run(() => roll(2) === 0);
      expect(scan.done).toBeGreaterThanOrEqual(done);
      done = scan.done;
      if (doc) return { doc, pauses };
      expect(done).toBeLessThan(1);
    }
  }

  it("reads the same however often it pauses", () => {
    const roll = dice(23);
    let pauses = 0;
    for (let i = 0; i < 25; i++) {
      const text = JSON.stringify(Array.from({ length: 300 + roll(300) }, () => anything(roll, 2)));
      const paused = withPauses(text, roll);
      expect(paused.doc).toEqual(scanJson(text));
      pauses += paused.pauses;
    }
    expect(pauses).toBeGreaterThan(25);
  });

  it("finds the same fault after pauses", () => {
    const roll = dice(29);
    for (let i = 0; i < 25; i++) {
      const text = JSON.stringify(Array.from({ length: 600 }, () => anything(roll, 3)));
      const broken = `${text.slice(0, text.length - 1 - roll(40))}\u0001`;
      const whole = fault(broken);
      expect(() => withPauses(broken, roll)).toThrow(whole.message);
    }
  });

  it("does not pause unasked, and says it is done", () => {
    const scan = new JsonScan(JSON.stringify(Array.from({ length: 5_000 }, (_, n) => n)));
    expect(scan.run()?.count).toBe(5_001);
    expect(scan.done).toBe(1);
  });
});

describe("paths and names", () => {
  const doc = scanJson('{"data":{"items":[{"a b":1}],"x-y":2}}');

  it("name a value as code would", () => {
    expect(pathOf(doc, 0)).toBe("");
    expect(pathOf(doc, 4)).toBe('data.items[0]["a b"]');
    expect(pathOf(doc, 5)).toBe("data.x-y");
    expect(nameOf(doc, 3)).toBeUndefined();
  });

  it("lay out one value alone", () => {
    expect(prettyFrom(doc, 2)).toBe('[\n  {\n    "a b": 1\n  }\n]');
    expect(prettyFrom(doc, 4)).toBe("1");
  });

  it("unquote what a string stands for", () => {
    expect(unquote('"a\\n\\u00e9"')).toBe("a\né");
  });
});

describe("a body of brackets", () => {
  it("is laid out within bounds", () => {
    const text = prettyJson(scanJson("[".repeat(100_000) + "]".repeat(100_000)));
    expect(text.length).toBeLessThan(30_000_000);
    expect(text.replace(/\s/g, "").length).toBe(200_000);
  });
});
