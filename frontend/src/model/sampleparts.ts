// Editing the parts of a multipart sample, and the body that comes of it.
import { type Part, parseMultipart } from "./multipart";
import { decodeText, mediaType, sniff } from "./sniff";
import type { Pair } from "./types";

/** A part while it is edited. */
export interface PartDraft {
  /** Its place in the sample, from 0; a part that was added has none. */
  of?: number;
  name: string;
  filename?: string;
  /** Absent when its bytes are no text: they are sent as they are. */
  text?: string;
}

/** A multipart body taken apart. */
export interface SampleParts {
  boundary: string;
  parts: Part[];
  /** The parts as they are first shown. */
  drafts: PartDraft[];
}

/** The parts of a body of that type; undefined when it is no multipart body, or not a whole one. */
export function readParts(contentType: string, body: Uint8Array<ArrayBuffer>): SampleParts | undefined {
  const { mime, params } = mediaType(contentType);
  const { boundary } = params;
  if (!mime.startsWith("multipart/") || !boundary) return undefined;
  const { parts, fault } = parseMultipart(body, boundary);
  if (fault !== undefined || parts.length === 0) return undefined;
  return { boundary, parts, drafts: parts.map(draftOf) };
}

function draftOf(part: Part, of: number): PartDraft {
  const { kind, charset } = sniff(part.contentType, part.body);
  const { text, lossy } = decodeText(part.body, charset);
  // Another charset would not be written back as it was.
  const isText = kind !== "binary" && kind !== "image" && charset === "utf-8" && !lossy;
  return {
    of,
    name: part.name,
    ...(part.filename === undefined ? {} : { filename: part.filename }),
    ...(isText ? { text } : {}),
  };
}

/** The body of the edited parts. What was not touched has its bytes and header lines as they were. */
export function formatParts(
  { boundary, parts, drafts }: SampleParts,
  edited: readonly PartDraft[],
): Uint8Array {
  const out: Uint8Array[] = [];
  const write = (text: string) => out.push(new TextEncoder().encode(text));
  for (const draft of edited) {
    const part = draft.of === undefined ? undefined : parts[draft.of];
    const was = draft.of === undefined ? undefined : drafts[draft.of];
    write(`--${boundary}\r\n${headOf(draft, part, was)}\r\n`);
    if (part && draft.text === was?.text) out.push(part.body);
    else write(withLineEnds(draft.text ?? "", was?.text));
    write("\r\n");
  }
  write(`--${boundary}--\r\n`);
  return joined(out);
}

function headOf(draft: PartDraft, part: Part | undefined, was: PartDraft | undefined): string {
  const disposition = `form-data; name="${quoted(draft.name)}"${
    draft.filename === undefined ? "" : `; filename="${quoted(draft.filename)}"`
  }`;
  const same = was?.name === draft.name && was.filename === draft.filename;
  const headers: Pair[] = part
    ? part.headers.map(([name, value]) =>
        name.toLowerCase() === "content-disposition" && !same ? [name, disposition] : [name, value],
      )
    : [["Content-Disposition", disposition]];
  return headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
}

/** As browsers write names into forms. */
function quoted(text: string): string {
  return text.replace(/\r\n?|\n/g, "%0D%0A").replaceAll('"', "%22");
}

/** A text field knows one kind of line end only: what had CRLF gets it back. */
function withLineEnds(text: string, was: string | undefined): string {
  const crlf = was?.includes("\r\n") && !/(^|[^\r])\n/.test(was);
  return crlf ? text.replace(/\r?\n/g, "\r\n") : text;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Whether a value holds the mark between the parts, so that it would be read as two. */
export function breaksOut(text: string | undefined, boundary: string): boolean {
  return text?.split(/\r?\n/).some((line) => line.startsWith(`--${boundary}`)) ?? false;
}
