// Which values of a JSON document a tree shows. Rows are recomputed whole
// when something folds: walking a million values takes a few milliseconds.
import {
  isContainer,
  type JsonDoc,
  NUMBER,
  nameOf,
  OBJECT,
  prettyFrom,
  STRING,
  sourceOf,
  unquote,
} from "./json";

/** 1 for each container that is unfolded. */
export type Folds = Uint8Array<ArrayBuffer>;

/** Everything when the document is small, else level by level until about `most` rows show. */
export function firstFolds(doc: JsonDoc, most = 300): Folds {
  if (doc.count <= most) return allFolds(doc);
  const folds = new Uint8Array(doc.count);
  let level = [0];
  let rows = 1;
  while (level.length > 0) {
    const deeper: number[] = [];
    for (const n of level) {
      if (rows + (doc.size[n] ?? 0) > most && n !== 0) continue;
      folds[n] = 1;
      rows += doc.size[n] ?? 0;
      if ((doc.size[n] ?? 0) > most) continue;
      for (let c = n + 1; c < (doc.next[n] ?? 0); c = doc.next[c] ?? doc.count)
        if (isContainer(doc, c)) deeper.push(c);
    }
    level = deeper;
  }
  return folds;
}

export function allFolds(doc: JsonDoc): Folds {
  const folds = new Uint8Array(doc.count);
  for (let n = 0; n < doc.count; n++) if (isContainer(doc, n)) folds[n] = 1;
  return folds;
}

/** Only the root is unfolded. */
export function noFolds(doc: JsonDoc): Folds {
  const folds = new Uint8Array(doc.count);
  folds[0] = 1;
  return folds;
}

/** The values shown, from top to bottom. */
export function rowsOf(doc: JsonDoc, folds: Folds): Uint32Array {
  const rows = new Uint32Array(doc.count);
  let count = 0;
  for (let n = 0; n < doc.count; ) {
    rows[count++] = n;
    n = folds[n] === 1 || !isContainer(doc, n) ? n + 1 : (doc.next[n] ?? doc.count);
  }
  return rows.subarray(0, count);
}

/** Folds or unfolds one value. */
export function fold(folds: Folds, n: number, open: boolean): Folds {
  const changed = folds.slice();
  changed[n] = open ? 1 : 0;
  return changed;
}

/** Unfolds a value and all beside it. */
export function foldLevel(doc: JsonDoc, folds: Folds, n: number): Folds {
  const changed = folds.slice();
  const parent = doc.parent[n] ?? -1;
  const last = parent < 0 ? doc.count : (doc.next[parent] ?? doc.count);
  for (let at = parent + 1; at < last; at = doc.next[at] ?? last) if (isContainer(doc, at)) changed[at] = 1;
  return changed;
}

/** Unfolds everything above a value. */
export function reveal(doc: JsonDoc, folds: Folds, n: number): Folds {
  const changed = folds.slice();
  for (let at = doc.parent[n] ?? -1; at >= 0; at = doc.parent[at] ?? -1) changed[at] = 1;
  return changed;
}

/** Values whose name or own text holds `words`, case ignored; at most `most`. */
export function findValues(doc: JsonDoc, words: string, most = 10_000): number[] {
  if (words === "") return [];
  const hay = doc.text.toLowerCase();
  const needle = words.toLowerCase();
  // Lower-casing may change lengths (İ): then each value is looked at alone.
  const aligned = hay.length === doc.text.length;
  const holds = (from: number, to: number): boolean => {
    if (!aligned) return doc.text.slice(from, to).toLowerCase().includes(needle);
    const at = hay.indexOf(needle, from);
    return at >= 0 && at + needle.length <= to;
  };
  const found: number[] = [];
  let sure = aligned ? hay.indexOf(needle) : 0;
  for (let n = 0; n < doc.count && found.length < most && sure >= 0; n++) {
    const from = doc.keyTo[n] ? (doc.keyFrom[n] ?? 0) : (doc.from[n] ?? 0);
    const to = isContainer(doc, n) ? (doc.keyTo[n] ?? 0) : (doc.to[n] ?? 0);
    if (to <= from || to < sure) continue;
    if (aligned && sure < from) sure = hay.indexOf(needle, from);
    if (sure < 0 || (aligned && sure >= to)) continue;
    if (holds(from, doc.keyTo[n] || to) || holds(doc.from[n] ?? 0, to)) found.push(n);
  }
  return found;
}

const TIMELY =
  /(^|_|-)(at|ts|on|time|timestamp|date|created|updated|expires?|exp|iat|nbf|start|end|until|since|due)s?$|(At|On|Time|Timestamp|Date|Created|Updated|Expires|Start|End)s?$|attempt$|anchor$|arrival|deadline/;
const COUNTED =
  /(^|_)(id|ids|number|count|size|amount|total|price|version|code|phone|length|bytes)$|(Id|ID|Number|Count|Size|Amount|Total|Price|Version|Code|Phone)$/;
const YEAR_S = 31_557_600;

/**
 * The moment that a number most likely tells, in ms since 1970: epoch seconds
 * or milliseconds, judged by its size and its name. Undefined when it is
 * rather something else.
 */
export function momentOf(doc: JsonDoc, n: number, now: number): number | undefined {
  if (doc.kind[n] !== NUMBER) return undefined;
  const source = doc.text.slice(doc.from[n], doc.to[n]);
  if (!/^\d{10}(\.\d+)?$|^\d{13}$/.test(source)) return undefined;
  const ms =
    source.length === 13 && !source.includes(".") ? Number(source) : Math.round(Number(source) * 1000);
  let name = nameOf(doc, n);
  for (let at = n; name === undefined && at > 0; ) {
    at = doc.parent[at] ?? 0;
    name = nameOf(doc, at);
  }
  if (name !== undefined && COUNTED.test(name)) return undefined;
  const years = Math.abs(ms - now) / 1000 / YEAR_S;
  return years < (name !== undefined && TIMELY.test(name) ? 30 : 3) ? ms : undefined;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A moment: "23 Nov 2026, 12:04:29 UTC", with how many days away when it is near. */
export function momentText(moment: number, now: number): string {
  const d = new Date(moment);
  const two = (n: number) => String(n).padStart(2, "0");
  const date = `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]} ${d.getUTCFullYear()}`;
  const time = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} UTC`;
  const days = Math.round((moment - now) / 86_400_000);
  if (Math.abs(days) < 1 || Math.abs(days) > 60) return `${date}, ${time}`;
  const size = `${Math.abs(days)} ${Math.abs(days) === 1 ? "day" : "days"}`;
  return `${date}, ${time} · ${days > 0 ? `in ${size}` : `${size} ago`}`;
}

/** The beginning of a container on one line, about `most` characters: "id: 1, name: …". */
export function previewOf(doc: JsonDoc, n: number, most = 90): string {
  const parts: string[] = [];
  let length = 0;
  const last = doc.next[n] ?? doc.count;
  for (let at = n + 1; at < last; at = doc.next[at] ?? last) {
    if (length > most) return `${parts.join(", ")}, …`;
    const name = nameOf(doc, at);
    const from = doc.from[at] ?? 0;
    const source = doc.text.slice(from, Math.min(doc.to[at] ?? from, from + 40));
    const cut = (doc.to[at] ?? from) > from + 40 ? "…" : "";
    const inside = doc.kind[at] === OBJECT ? "{…}" : "[…]";
    const value = isContainer(doc, at) && doc.size[at] ? inside : source + cut;
    const part = name === undefined ? value : `${name.slice(0, 40)}: ${value}`;
    parts.push(part);
    length += part.length + 2;
  }
  return parts.join(", ");
}

/** What copying a value gives: the text of a string, else its source laid out. */
export function copyText(doc: JsonDoc, n: number): string {
  if (doc.kind[n] === STRING) return unquote(sourceOf(doc, n));
  return prettyFrom(doc, n);
}
