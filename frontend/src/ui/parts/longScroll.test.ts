import { describe, expect, it } from "vitest";
import { LongScroll } from "./longScroll";

describe("scrolling a list that is taller than an element can be", () => {
  it("is plain scrolling while the list is short", () => {
    const s = new LongScroll(5_000, 500, 10_000);
    expect([0, 10, 4_500, 3].map((top) => s.scrolled(top))).toEqual([0, 10, 4_500, 3]);
    expect(s.topFor(1_234)).toBe(1_234);
    expect(s.height).toBe(5_000);
  });

  it("reaches both ends and moves small steps one to one", () => {
    const s = new LongScroll(1_000_000, 500, 10_000);
    expect(s.scrolled(0)).toBe(0);
    expect(s.scrolled(30)).toBe(30);
    expect(s.scrolled(9_500)).toBe(999_500);
    expect(s.scrolled(9_470)).toBe(999_470);
    const middle = s.scrolled(4_750);
    expect(Math.abs(middle - 499_750)).toBeLessThan(2);
    expect(s.scrolled(4_780) - middle).toBe(30);
  });

  it("comes back in line without moving what is seen", () => {
    const s = new LongScroll(1_000_000, 500, 10_000);
    s.scrolled(0);
    let place = 0;
    for (let top = 100; top <= 4_000; top += 100) place = s.scrolled(top);
    expect(place).toBe(4_000);
    const top = s.topFor(place);
    expect(top + s.shift).toBe(place);
    expect(top).toBeLessThan(60);
    expect(s.scrolled(top + 10)).toBe(place + 10);
  });

  it("never leaves the list, whatever is done", () => {
    let seed = 3;
    const next = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const s = new LongScroll(48_000_000, 800);
    let top = 0;
    for (let i = 0; i < 5_000; i++) {
      if (next(5) === 0) s.total += next(5_000);
      if (next(4) === 0) top = s.topFor(next(s.total));
      else {
        top = Math.max(
          0,
          Math.min(s.height - s.view, next(3) === 0 ? next(s.height) : top + next(2_000) - 1_000),
        );
        s.scrolled(top);
      }
      expect(top + s.shift).toBeGreaterThanOrEqual(0);
      expect(top + s.shift).toBeLessThanOrEqual(s.total - s.view);
    }
  });
});
