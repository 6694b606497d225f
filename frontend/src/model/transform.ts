// What a transform changed of a request, as the page shows it.
import { formatJson } from "./pretty";
import type { TransformMessage } from "./types";

/** A header line, and whether the transform added or removed it. */
export interface LineChange {
  op: "same" | "add" | "remove";
  name: string;
  value: string;
}

/**
 * The header lines of both, in order: those that stayed, those that went and those that came. Lines are the
 * same when name and value are; the longest run of such lines stays.
 */
export function lineChanges(before: [string, string][], after: [string, string][]): LineChange[] {
  const same = (i: number, j: number) => before[i]?.[0] === after[j]?.[0] && before[i]?.[1] === after[j]?.[1];
  const width = after.length + 1;
  // longest[i * width + j]: how many lines from before[i] and after[j] on can stay.
  const longest = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const skip = Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
      longest[i * width + j] = same(i, j) ? (longest[(i + 1) * width + j + 1] ?? 0) + 1 : skip;
    }
  }
  const out: LineChange[] = [];
  const push = (op: LineChange["op"], line: [string, string] | undefined) => {
    if (line) out.push({ op, name: line[0], value: line[1] });
  };
  let i = 0;
  let j = 0;
  while (i < before.length && j < after.length) {
    if (same(i, j)) {
      push("same", before[i++]);
      j++;
    } else if ((longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0)) {
      push("remove", before[i++]);
    } else {
      push("add", after[j++]);
    }
  }
  while (i < before.length) push("remove", before[i++]);
  while (j < after.length) push("add", after[j++]);
  return out;
}

/** A body as it can be shown: text, JSON laid out, or undefined when it is not text. */
export interface ShownBody {
  size: number;
  text: string | undefined;
  json: boolean;
}

/** Reads the body of a message for showing, at most `most` bytes of it. */
export function bodyOf(message: TransformMessage, most = 200_000): ShownBody {
  const raw = Uint8Array.from(atob(message.bodyBase64), (c) => c.charCodeAt(0));
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(raw);
  } catch {
    return { size: raw.length, text: undefined, json: false };
  }
  if (text.length > most) return { size: raw.length, text: `${text.slice(0, most)}\n…`, json: false };
  const laidOut = /^\s*[[{]/.test(text) ? formatJson(text) : undefined;
  return { size: raw.length, text: laidOut ?? text, json: laidOut !== undefined };
}

/** The path and query of a URL, or all of it when it is on another site. */
export function placeOn(url: string, other: string): string {
  const site = /^[a-z]+:\/\/[^/?#]*/i;
  return url.match(site)?.[0] === other.match(site)?.[0] ? url.replace(site, "") || "/" : url;
}

/** What a source is, in a few words: "None", "A function of 3 lines". */
export function sourceText(source: string): string {
  const lines = source.split("\n").filter((line) => line.trim() !== "").length;
  if (lines === 0) return "None: everything is sent as it came";
  return lines === 1 ? "JavaScript, 1 line" : `JavaScript, ${lines} lines`;
}
