// An edited copy of a request about to be sent, and what of it differs.
import type { Detail, Edits, Pair } from "../../model/types";

export interface Draft {
  method: string;
  url: string;
  headers: Pair[];
  /** The body as text, or undefined to send it as it arrived. */
  body: string | undefined;
}

/** Lines that are written anew for each connection, so that editing them does nothing. */
const ANEW = new Set([
  "host",
  "content-length",
  "connection",
  "transfer-encoding",
  "keep-alive",
  "te",
  "trailer",
  "upgrade",
]);

export function isWrittenAnew(name: string): boolean {
  return ANEW.has(name.trim().toLowerCase());
}

/** The text of a body, or undefined when it is not UTF-8 text. */
export function textOf(body: Uint8Array, contentEncoding: string): string | undefined {
  if (contentEncoding && contentEncoding.toLowerCase() !== "identity") return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

export function draftOf(detail: Detail, url: string, body: string | undefined): Draft {
  return { method: detail.method, url, headers: detail.headers.map(([n, v]) => [n, v]), body };
}

/** What of the draft differs from the request; undefined when nothing does. */
export function editsOf(draft: Draft, detail: Detail, body: string | undefined): Edits | undefined {
  const edits: Edits = {};
  if (draft.method !== detail.method) edits.method = draft.method;
  const headers = draft.headers.filter(([name]) => name.trim() !== "");
  if (JSON.stringify(headers) !== JSON.stringify(detail.headers)) edits.headers = headers;
  if (draft.body !== undefined && draft.body !== body) edits.bodyText = draft.body;
  return Object.keys(edits).length > 0 ? edits : undefined;
}

/** The lines with one of them a place further up (-1) or down (1); the same where it cannot go further. */
export function moved(headers: readonly Pair[], at: number, by: 1 | -1): Pair[] {
  const out = [...headers];
  const [line] = at + by >= 0 && at + by < out.length ? out.splice(at, 1) : [];
  if (line) out.splice(at + by, 0, line);
  return out;
}

/** Header lines as text, one a line. */
export function headersText(headers: readonly Pair[]): string {
  return headers.map(([name, value]) => `${name}: ${value}`).join("\n");
}

/** Reads header lines from text; the error names the line. */
export function parseHeaders(text: string): { headers: Pair[] } | { error: string } {
  const headers: Pair[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim();
    if (colon < 1 || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      return { error: `Line ${i + 1} is not “Name: value”.` };
    }
    headers.push([name, line.slice(colon + 1).trim()]);
  }
  return { headers };
}
