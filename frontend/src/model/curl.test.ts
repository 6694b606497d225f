// @vitest-environment node
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { curl, shellQuote } from "./curl";

// A curl that writes each argument and then its standard input, apart by NUL.
const STUB = `curl() { for a in "$@"; do printf '%s\\0' "$a"; done; printf 'stdin\\0'; case "$*" in *@-*) cat;; esac; }\n`;

function run(command: string): { args: string[]; stdin: Buffer } {
  const out = execFileSync("sh", ["-c", STUB + command], { maxBuffer: 1 << 26 });
  const mark = out.indexOf("stdin\0");
  return { args: out.subarray(0, mark).toString().split("\0").slice(0, -1), stdin: out.subarray(mark + 6) };
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const value = (args: string[], option: string) => args[args.indexOf(option) + 1];

describe("the curl command of a request", () => {
  const base = { method: "POST", url: "http://127.0.0.1:4290/inbox", headers: [], body: new Uint8Array() };

  it.each([
    "plain",
    "it's 'quoted' \"twice\" and $HOME `id` \\n !history",
    "two\nlines\tand a tab\n",
    "naïve 日本 🎣",
    "-starts with a dash",
    "@looks-like-a-file",
    "100% %s",
    "trailing newline\n\n",
  ])("carries the text body %j", (text) => {
    const { args, stdin } = run(curl({ ...base, body: utf8(text) }));
    const data = value(args, "--data-binary") ?? "";
    expect(data === "@-" ? stdin.toString() : data).toBe(text);
    expect(data === "@-" || !data.startsWith("@")).toBe(true);
  });

  it("carries every byte", () => {
    const body = Uint8Array.from({ length: 1024 }, (_, i) => (i * 7 + (i >> 3)) & 255);
    const { args, stdin } = run(curl({ ...base, body }));
    expect(value(args, "--data-binary")).toBe("@-");
    expect(new Uint8Array(stdin)).toEqual(body);
  });

  it("carries a digit behind an escaped byte", () => {
    const body = Uint8Array.from([0, 0x31, 0x37, 7, 0x30, 255, 0x39]);
    expect(new Uint8Array(run(curl({ ...base, body })).stdin)).toEqual(body);
  });

  it("carries headers in order, with their case, repeats and empty values", () => {
    const { args } = run(
      curl({
        ...base,
        headers: [
          ["Host", "left.out"],
          ["X-One", "it's"],
          ["x-one", "$(id)"],
          ["X-Empty", ""],
          ["Content-Length", "3"],
          ["Accept", "*/*"],
        ],
      }),
    );
    const sent = args.filter((_, i) => args[i - 1] === "-H");
    expect(sent).toEqual(["X-One: it's", "x-one: $(id)", "X-Empty;", "Accept: */*", "User-Agent:"]);
  });

  it("adds no header of curl's own", () => {
    const { args } = run(curl({ ...base, body: utf8("a=b") }));
    expect(args).toEqual(expect.arrayContaining(["Accept:", "User-Agent:", "Content-Type:"]));
  });

  it("quotes the URL and expands nothing in it", () => {
    const url = "http://[::1]:4290/a?x={1,2}&y='&z=$HOME";
    const { args } = run(curl({ ...base, method: "O'DD", url }));
    expect(args.slice(0, 4)).toEqual(["-X", "O'DD", url, "--globoff"]);
  });

  it("asks for HEAD without waiting for a body", () => {
    expect(run(curl({ ...base, method: "HEAD" })).args[0]).toBe("--head");
  });
});

describe("quoting for the shell", () => {
  it("gives back any text", () => {
    let seed = 7;
    const next = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return seed;
    };
    const letters = "ab'\"\\$`!*?[]{}()<>|&;#~ \n\t%é=:,./@+-";
    const texts = Array.from({ length: 200 }, () =>
      Array.from({ length: next() % 12 }, () => letters[next() % letters.length]).join(""),
    );
    const script = texts.map((t) => `printf '%s\\0' ${shellQuote(t) || "''"}`).join("\n");
    const out = execFileSync("sh", ["-c", script]).toString().split("\0").slice(0, -1);
    expect(out).toEqual(texts);
  });
});
