import { headText, mediaType } from "./sniff";
import type { Pair } from "./types";

/** One part of a multipart body. */
export interface Part {
  headers: Pair[];
  /** Of its Content-Disposition; "" when it has none. */
  name: string;
  filename?: string;
  /** "text/plain" when the part does not say. */
  contentType: string;
  /** A view into the body, not a copy. */
  body: Uint8Array<ArrayBuffer>;
}

export interface Multipart {
  parts: Part[];
  /** What is wrong with it, when something is; the parts before it are there. */
  fault?: string;
}

const MOST = 1_000;

/** Takes a multipart body apart (RFC 2046; bare LF line ends are understood). */
export function parseMultipart(body: Uint8Array<ArrayBuffer>, boundary: string): Multipart {
  const mark = new TextEncoder().encode(`--${boundary}`);
  const parts: Part[] = [];
  let at = find(body, mark, 0);
  if (at < 0) return { parts, fault: `the boundary "${boundary}" is nowhere in the body` };
  for (;;) {
    at += mark.length;
    if (body[at] === 0x2d && body[at + 1] === 0x2d) return { parts };
    const start = lineEnd(body, at);
    if (start === undefined) return { parts, fault: "the body ends inside a boundary line" };
    const end = findBoundary(body, mark, start);
    if (end < 0) {
      parts.push(partOf(body.subarray(start)));
      return { parts, fault: "the closing boundary is missing: the last part may be cut" };
    }
    parts.push(partOf(body.subarray(start, beforeBreak(body, start, end))));
    if (parts.length === MOST) return { parts, fault: `only the first ${MOST} parts are shown` };
    at = end;
  }
}

function partOf(bytes: Uint8Array<ArrayBuffer>): Part {
  const head = headEnd(bytes);
  const headers: Pair[] = [];
  for (const line of headText(bytes.subarray(0, head.at)).split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
  }
  const get = (name: string) => headers.find(([n]) => n.toLowerCase() === name)?.[1];
  const { params } = mediaType(get("content-disposition") ?? "");
  const filename = starred(params["filename*"]) ?? params.filename;
  return {
    headers,
    name: params.name ?? "",
    ...(filename === undefined ? {} : { filename }),
    contentType: get("content-type") ?? "text/plain",
    body: bytes.subarray(head.next),
  };
}

/** RFC 5987: UTF-8''na%C3%AFve.txt */
function starred(value: string | undefined): string | undefined {
  const text = value?.match(/^utf-8'[^']*'(.*)$/i)?.[1];
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function headEnd(bytes: Uint8Array): { at: number; next: number } {
  let lineStart = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== 0x0a) continue;
    const length = i - lineStart - (bytes[i - 1] === 0x0d ? 1 : 0);
    if (length <= 0) return { at: lineStart, next: i + 1 };
    lineStart = i + 1;
  }
  return { at: bytes.length, next: bytes.length };
}

function lineEnd(bytes: Uint8Array, at: number): number | undefined {
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  if (bytes[at] === 0x0d) at++;
  return bytes[at] === 0x0a ? at + 1 : undefined;
}

/** The next mark at the start of a line. */
function findBoundary(bytes: Uint8Array, mark: Uint8Array, from: number): number {
  for (let at = find(bytes, mark, from); at >= 0; at = find(bytes, mark, at + 1)) {
    if (at === from || bytes[at - 1] === 0x0a) return at;
  }
  return -1;
}

function beforeBreak(bytes: Uint8Array, start: number, at: number): number {
  if (at > start && bytes[at - 1] === 0x0a) at--;
  if (at > start && bytes[at - 1] === 0x0d) at--;
  return at;
}

function find(bytes: Uint8Array, needle: Uint8Array, from: number): number {
  const first = needle[0] ?? 0;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let same = 1;
    while (same < needle.length && bytes[at + same] === needle[same]) same++;
    if (same === needle.length) return at;
  }
  return -1;
}
