import { describe, expect, it } from "vitest";
import { everything, filterOf, type Scope } from "./scope";

describe("the filter of a scope", () => {
  it.each<[Partial<Scope>, string]>([
    [{}, ""],
    [{ text: "  push " }, "push"],
    [{ endpoint: "stripe" }, 'endpoint:"stripe"'],
    [{ quick: "unread" }, "is:unread"],
    [{ endpoint: "a", quick: "pinned", text: "x OR y" }, 'endpoint:"a" is:pinned (x OR y)'],
  ])("%j is %j", (change, filter) => {
    expect(filterOf({ ...everything, ...change }).filter).toBe(filter);
  });

  it.each(["a b", "  a b", "é b"])("tells where %j starts, so that a column can be shown", (text) => {
    for (const scope of [
      { ...everything, text },
      { ...everything, endpoint: "x", text },
    ]) {
      const { filter, offset } = filterOf(scope);
      expect(filter.indexOf("b") - offset).toBe(text.indexOf("b"));
    }
  });
});
