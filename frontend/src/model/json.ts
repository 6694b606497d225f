// JSON as a flat table of its values in source order. Numbers are never
// parsed: their digits stay those of the source. Typed arrays cross from a
// worker without copying. model/jsonscan.ts makes the table.

export const OBJECT = 1;
export const ARRAY = 2;
export const STRING = 3;
export const NUMBER = 4;
/** true, false and null. */
export const WORD = 5;

/** All values of a document. Value 0 is the root; a container comes before its contents. */
export interface JsonDoc {
  text: string;
  count: number;
  kind: Uint8Array;
  /** Where the value stands in text, [from, to). */
  from: Uint32Array;
  to: Uint32Array;
  /** Where its name stands, quotes included; both 0 outside objects. */
  keyFrom: Uint32Array;
  keyTo: Uint32Array;
  /** -1 for the root. */
  parent: Int32Array;
  /** The first value behind this one and all it contains. */
  next: Uint32Array;
  /** Values directly inside. */
  size: Uint32Array;
  /** Place among its siblings, from 0. */
  place: Uint32Array;
  depth: Uint32Array;
  /** 1 when its object had this name already. */
  again: Uint8Array;
}

/** The text that a JSON string stands for. */
export function unquote(source: string): string {
  return source.includes("\\") ? (JSON.parse(source) as string) : source.slice(1, -1);
}

export const isContainer = (doc: JsonDoc, n: number): boolean => (doc.kind[n] ?? 0) <= ARRAY;

/** The value as it stands in the source, containers whole. */
export const sourceOf = (doc: JsonDoc, n: number): string => doc.text.slice(doc.from[n], doc.to[n]);

/** The name of a member, undefined for the root and elements of arrays. */
export function nameOf(doc: JsonDoc, n: number): string | undefined {
  const to = doc.keyTo[n] ?? 0;
  return to === 0 ? undefined : unquote(doc.text.slice(doc.keyFrom[n], to));
}

/** "data.items[0].id", with ["a b"] for names that are not plain words; "" for the root. */
export function pathOf(doc: JsonDoc, n: number): string {
  const parts: string[] = [];
  for (let at = n; at > 0; at = doc.parent[at] ?? -1) {
    const name = nameOf(doc, at);
    if (name === undefined) parts.push(`[${doc.place[at]}]`);
    else if (/^[A-Za-z_$][\w$-]*$/.test(name)) parts.push(`.${name}`);
    else parts.push(`[${JSON.stringify(name)}]`);
  }
  return parts.reverse().join("").replace(/^\./, "");
}

const DEEPEST = 64;

/** The blanks before a line at that depth; deeper ones have no more, or a body of brackets would grow without bounds. */
export function indent(depth: number): string {
  return "  ".repeat(Math.min(depth, DEEPEST));
}

/** The document on lines of its own, two blanks a level, source digits and escapes kept. */
export function prettyJson(doc: JsonDoc): string {
  return prettyFrom(doc, 0);
}

/** One value of the document the same way. */
export function prettyFrom(doc: JsonDoc, root: number): string {
  const out: string[] = [];
  const base = doc.depth[root] ?? 0;
  const open: number[] = [];
  const pad = (depth: number) => indent(depth - base);
  const closeTo = (next: number) => {
    for (let top = open.at(-1); top !== undefined && doc.next[top] === next; top = open.at(-1)) {
      open.pop();
      out.push("\n", pad(doc.depth[top] ?? 0), doc.kind[top] === OBJECT ? "}" : "]");
    }
  };
  for (let n = root; n < (doc.next[root] ?? 0); n++) {
    if (n > root) out.push(doc.place[n] === 0 ? "\n" : ",\n", pad(doc.depth[n] ?? 0));
    if (n > root && doc.keyTo[n]) out.push(doc.text.slice(doc.keyFrom[n], doc.keyTo[n]), ": ");
    if (!isContainer(doc, n)) out.push(sourceOf(doc, n));
    else if (doc.size[n] === 0) out.push(doc.kind[n] === OBJECT ? "{}" : "[]");
    else {
      out.push(doc.kind[n] === OBJECT ? "{" : "[");
      open.push(n);
      continue;
    }
    closeTo(n + 1);
  }
  return out.join("");
}
