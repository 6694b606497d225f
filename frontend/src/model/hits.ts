// Where the texts that a filter looks for stand, to mark them on the screen.
import type { FilterMark } from "./types";

/** A stretch of a text, in UTF-16 units; `to` is excluded. */
export interface Hit {
  from: number;
  to: number;
}

/** A place in which marks are shown. */
export type MarkPlace = "path" | "query" | "header" | "body" | "event" | "raw";

/** The fields whose text stands in each place besides that of the same name. */
const SHOWN_IN: Record<MarkPlace, readonly string[]> = {
  path: ["any", "path", "query"],
  query: ["any", "query"],
  header: ["any", "header"],
  body: ["any", "body"],
  event: ["any", "event"],
  raw: ["any", "path", "query", "header", "body"],
};

/** Of a text that is looked for under one name, to be marked where names are not told apart. */
const SHORTEST = 3;

/**
 * The marks that belong in a place: with a name (of a header line, of the
 * query) those for it and for all names. Where a value as a whole is meant and
 * its name is given, its mark covers it.
 */
export function marksIn(marks: readonly FilterMark[], place: MarkPlace, name?: string): FilterMark[] {
  return marks.filter((m) => {
    if (!SHOWN_IN[place].includes(m.in)) return false;
    if (m.in === "path" || m.in === "any") return true;
    // A short value of one name stands everywhere by chance.
    if (name === undefined) return m.key === undefined || (m.text ?? "").length >= SHORTEST;
    return m.key === undefined || m.key.toLowerCase() === name.toLowerCase();
  });
}

/** The marks for the value at a path into JSON, as pathOf spells it. */
export function marksAt(marks: readonly FilterMark[], path: () => string): FilterMark[] {
  return marks.filter(
    (m) => m.in === "any" || (m.in === "body" && (m.key === undefined || pattern(m.key).test(path()))),
  );
}

/** What a path with [*] and * in it leads to. */
function pattern(key: string): RegExp {
  const parts = key.split(/(\[\*\]|(?:^|\.)\*(?=$|[.[]))/).map((part) => {
    if (part === "[*]") return "\\[\\d+\\]";
    if (/^\.?\*$/.test(part)) return "(?:\\.?[^.[\\]]+|\\[[^\\]]*\\])";
    return part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}

const MOST = 10_000;

/**
 * Where the marks are found in a text, from its start on and without overlaps,
 * at most `most`. Case is ignored as far as letters keep their length in it.
 */
export function findHits(text: string, marks: readonly FilterMark[], most = MOST): Hit[] {
  const hits: Hit[] = [];
  let low: string | undefined;
  for (const mark of marks) {
    if (mark.regexp !== undefined) hits.push(...matches(text, mark.regexp, most));
    else if (mark.text === undefined) hits.push({ from: 0, to: text.length });
    else if (mark.text !== "") {
      low ??= lower(text);
      const needle = lower(mark.text);
      let n = 0;
      for (let at = low.indexOf(needle); at >= 0 && n < most; at = low.indexOf(needle, at + needle.length)) {
        hits.push({ from: at, to: at + needle.length });
        n++;
      }
    }
  }
  return merged(hits).slice(0, most);
}

/** In lower case, unit by unit where a letter would change its length. */
function lower(text: string): string {
  const low = text.toLowerCase();
  if (low.length === text.length) return low;
  return Array.from(text, (c) => (c.toLowerCase().length === c.length ? c.toLowerCase() : c)).join("");
}

/** Longer text is not held against a regexp: the page would stand still. */
const MOST_REGEXP = 200_000;

/** What an RE2 pattern finds; nothing when it means something else to a browser. */
function matches(text: string, source: string, most: number): Hit[] {
  if (text.length > MOST_REGEXP || backtracks(source)) return [];
  const hits: Hit[] = [];
  try {
    const flags = /^\(\?([ims]+)\)/.exec(source);
    const pattern = new RegExp(flags ? source.slice(flags[0].length) : source, `gu${flags?.[1] ?? ""}`);
    for (const found of text.matchAll(pattern)) {
      if (found[0] !== "") hits.push({ from: found.index, to: found.index + found[0].length });
      if (hits.length >= most) break;
    }
  } catch {
    // RE2 only, such as \pL or \A: the row is found all the same, just not marked.
  }
  return hits;
}

/** A repetition of a group with a repetition in it: RE2 is quick there, a browser may not be. */
function backtracks(source: string): boolean {
  return /[*+}][^()]*\)[*+{]/.test(source) || (source.match(/[*+]/g) ?? []).length > 6;
}

function merged(hits: Hit[]): Hit[] {
  hits.sort((a, b) => a.from - b.from || b.to - a.to);
  const out: Hit[] = [];
  for (const hit of hits) {
    const last = out.at(-1);
    if (hit.to === hit.from) continue;
    if (last && hit.from <= last.to) last.to = Math.max(last.to, hit.to);
    else out.push({ ...hit });
  }
  return out;
}
