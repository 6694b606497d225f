// @vitest-environment node
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(resolve(import.meta.dirname, "../../src/ui/tokens.css"), "utf8");

function tokens(block: string): Record<string, string> {
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]]));
}

const [light, dark] = css.split(':root[data-theme="dark"]');
const themes = { light: tokens(light ?? ""), dark: { ...tokens(light ?? ""), ...tokens(dark ?? "") } };

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

// Text on the grounds that it is used on: at least 4.5:1 (WCAG AA).
const grounds = ["panel", "panel2", "hover"];
const text: [ink: string, on: string[]][] = [
  ["text", [...grounds, "bg", "sel", "line2", "add", "del", "good-bg", "bad-bg", "warn-bg"]],
  ["dim", [...grounds, "bg", "sel", "line2"]],
  ["faint", grounds],
  ["accent", [...grounds, "sel", "accent-bg"]],
  ["on-accent", ["accent", "accent-strong"]],
  ["on-bad", ["bad"]],
  ["good", [...grounds, "sel", "good-bg"]],
  ["bad", [...grounds, "sel", "bad-bg"]],
  ["warn", [...grounds, "sel", "warn-bg"]],
  ["info", [...grounds, "sel", "info-bg"]],
  ["purple", [...grounds, "sel", "purple-bg"]],
  ["addt", ["add"]],
  ["delt", ["del"]],
  ["hit-text", ["hit"]],
];
// Edges of inputs, the focus ring and dots: at least 3:1.
const shapes: [shape: string, on: string[]][] = [
  ["edge", ["panel", "panel2"]],
  ["focus", ["panel", "panel2", "sel"]],
];

describe.each(Object.entries(themes))("%s theme", (_, theme) => {
  const check = ([ink, on]: [string, string[]], least: number) =>
    on
      .map((ground) => ({
        pair: `${ink} on ${ground}`,
        ratio: contrast(theme[ink] ?? "", theme[ground] ?? ""),
      }))
      .filter((c) => !(c.ratio >= least))
      .map((c) => `${c.pair}: ${c.ratio.toFixed(2)}`);

  it("has readable text", () => {
    expect(text.flatMap((t) => check(t, 4.5))).toEqual([]);
  });
  it("has visible edges and focus", () => {
    expect(shapes.flatMap((s) => check(s, 3))).toEqual([]);
  });
});
