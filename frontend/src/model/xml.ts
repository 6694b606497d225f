// XML on lines of its own, to be read. Nothing is resolved or checked beyond
// what laying it out needs.

import { indent } from "./json";

/** A piece of the source: a tag, a comment and the like, or text between them. */
const PIECE = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<(?:"[^"]*"|'[^']*'|[^>"'])*>|[^<]+/y;

/**
 * XML with two-space indents. Text keeps its blanks: an element that holds any
 * is left on its line with all it contains. Undefined when tags do not fit
 * together, or when there is a DOCTYPE with declarations, which is shown as it is.
 */
export function formatXml(source: string): string | undefined {
  const pieces = piecesOf(source);
  if (!pieces) return undefined;
  const ends = endsOf(pieces);
  if (!ends) return undefined;
  const lines: string[] = [];
  let depth = 0;
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] ?? "";
    if (piece.trim() === "") continue;
    const end = ends.get(i);
    if (piece.startsWith("</")) depth--;
    const pad = indent(depth);
    if (end && (end.at === i + 1 || end.text)) {
      lines.push(pad + pieces.slice(i, end.at + 1).join(""));
      i = end.at;
      continue;
    }
    lines.push(pad + piece.trim());
    if (end) depth++;
  }
  return lines.join("\n");
}

function piecesOf(source: string): string[] | undefined {
  const pieces: string[] = [];
  PIECE.lastIndex = 0;
  for (let at = 0; at < source.length; at = PIECE.lastIndex) {
    const found = PIECE.exec(source)?.[0];
    if (found === undefined || (found.startsWith("<!DOCTYPE") && found.includes("["))) return undefined;
    pieces.push(found);
  }
  return pieces;
}

/** Where an element ends. */
interface End {
  /** The place of its end tag. */
  at: number;
  /** Whether text other than blanks, or CDATA, stands directly in it. */
  text: boolean;
}

/** For each start tag, by its place, where it ends; undefined when tags do not fit. */
function endsOf(pieces: readonly string[]): Map<number, End> | undefined {
  const ends = new Map<number, End>();
  const open: { name: string; at: number; text: boolean }[] = [];
  for (const [at, piece] of pieces.entries()) {
    const top = open.at(-1);
    if (piece.startsWith("</")) {
      if (top?.name !== piece.slice(2, -1).trim()) return undefined;
      open.pop();
      ends.set(top.at, { at, text: top.text });
    } else if (isStart(piece)) {
      open.push({ name: /^<([^\s/>]+)/.exec(piece)?.[1] ?? "", at, text: false });
    } else if (top && isText(piece)) {
      top.text = true;
    }
  }
  return open.length === 0 ? ends : undefined;
}

function isStart(piece: string): boolean {
  return piece.startsWith("<") && !/^<[!?]/.test(piece) && !piece.endsWith("/>");
}

function isText(piece: string): boolean {
  return piece.startsWith("<![CDATA[") || (!piece.startsWith("<") && piece.trim() !== "");
}
