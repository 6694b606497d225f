import { describe, expect, it } from "vitest";
import { score } from "./match";

describe("finding a command", () => {
  const best = (typed: string, ...texts: string[]) =>
    texts
      .map((t) => [score(t, typed), t] as const)
      .filter(([s]) => s > 0)
      .sort((a, b) => b[0] - a[0])
      .map(([, t]) => t);
  it("prefers starts, then starts of words, then the middle", () => {
    expect(best("set", "Reset", "Open settings", "Settings")).toEqual(["Settings", "Open settings", "Reset"]);
  });
  it("takes the first letters of words, and words in any order", () => {
    expect(best("sas", "Send a sample", "Settings")).toEqual(["Send a sample"]);
    expect(best("sample send", "Send a sample", "Send")).toEqual(["Send a sample"]);
  });
  it("finds nothing where letters are only scattered", () => {
    expect(best("set", "Send a request", "Copy the endpoint’s URL")).toEqual([]);
    expect(score("anything", "")).toBe(1);
  });
});
