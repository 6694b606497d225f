// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const src = resolve(import.meta.dirname, "../../src");

// Who may import whom, by folder of src; "room" stands for the folder itself.
const allowed: Record<string, string[]> = {
  model: ["model"],
  "ui/parts": ["ui/parts"],
  host: ["host", "model"],
  state: ["state", "host", "model"],
};
const uiRoom = ["state", "model", "ui/parts"];
// The rooms of the screen that put others together.
const composers: Record<string, string[]> = {
  "ui/shell": ["ui/"],
  "ui/detail": ["ui/compare"],
  "ui/send": ["ui/detail"],
  // How signatures are checked is set in the editor of the endpoint, too.
  "ui/endpoints": ["ui/detail"],
  "ui/batch": ["ui/compare", "ui/detail"],
};

function roomOf(file: string): string {
  const path = relative(src, file).replaceAll("\\", "/");
  const parts = path.split("/");
  if (parts.length === 1) return "";
  if (parts[0] !== "ui") return parts[0] ?? "";
  // "ui/parts" is a room, whether its index or a file in it is meant; "ui/theme.ts" is in none.
  return parts[1]?.includes(".") || (parts.length === 2 && parts[1] === "theme") ? "ui" : `ui/${parts[1]}`;
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !/\.(test|d)\.tsx?$/.test(name))
  .map((name) => join(src, name));

const imports = files.flatMap((file) =>
  [...readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((m) => ({
    file: relative(src, file),
    from: roomOf(file),
    spec: m[1] ?? "",
    to: m[1]?.startsWith(".") ? roomOf(resolve(dirname(file), m[1])) : undefined,
  })),
);

describe("import arrows", () => {
  it("hold for every file", () => {
    const wrong = imports.filter(({ from, to, spec }) => {
      if (to === undefined || from === "" || spec.endsWith(".css") || spec.includes("wailsjs")) return false;
      if (from === to) return false;
      const may = allowed[from] ?? uiRoom;
      if (may.includes(to)) return false;
      return !(composers[from] ?? []).some((prefix) =>
        `${to}/`.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`),
      );
    });
    expect(wrong.map((w) => `${w.file} imports ${w.spec}`)).toEqual([]);
  });

  it("leave wailsjs to host/wails.ts", () => {
    const wrong = imports.filter((i) => i.spec.includes("wailsjs") && i.file !== join("host", "wails.ts"));
    expect(wrong.map((w) => w.file)).toEqual([]);
  });

  it("see every room", () => {
    expect(new Set(imports.map((i) => i.from))).toContain("ui/shell");
    expect(imports.length).toBeGreaterThan(100);
  });
});
