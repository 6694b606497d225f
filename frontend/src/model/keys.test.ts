import { describe, expect, it } from "vitest";
import { comboOf, type KeyPress, showKeys } from "./keys";

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe("key combinations", () => {
  it.each<[KeyPress, boolean, string]>([
    [press("r"), false, "r"],
    [press("R", { shiftKey: true }), false, "shift+r"],
    [press("?", { shiftKey: true }), false, "?"],
    [press("k", { ctrlKey: true }), false, "mod+k"],
    [press("k", { metaKey: true }), true, "mod+k"],
    [press("k", { ctrlKey: true }), true, "super+k"],
    [press("k", { metaKey: true }), false, "super+k"],
    [press("ArrowDown"), false, "arrowdown"],
    [press("Tab", { shiftKey: true }), false, "shift+tab"],
    [press(" "), false, "space"],
    [press("Control", { ctrlKey: true }), false, ""],
    [press("É", { shiftKey: true }), false, "shift+é"],
  ])("%j (mac %s) is %j", (p, mac, combo) => expect(comboOf(p, mac)).toBe(combo));

  it.each([
    ["mod+k", "Ctrl K", "⌘K"],
    ["shift+u", "Shift U", "⇧U"],
    ["escape", "Esc", "Esc"],
    ["?", "?", "?"],
    ["+", "+", "+"],
    ["mod+,", "Ctrl ,", "⌘,"],
  ])("%j is shown as %j, on a Mac as %j", (combo, other, mac) => {
    expect(showKeys(combo, false)).toBe(other);
    expect(showKeys(combo, true)).toBe(mac);
  });
});
