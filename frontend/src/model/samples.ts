// Samples: finding one, editing it, and what is sent of the edits.
import { formatForm, parseForm } from "./form";
import { formatJson } from "./pretty";
import { formatParts, type PartDraft, readParts, type SampleParts } from "./sampleparts";
import type { Pair, Sample, SampleMessage, SampleRequest } from "./types";

/** What a person changed in a sample; what is not there stays as the sample has it. */
export interface SampleDraft {
  headers?: Pair[];
  /** As it is shown: JSON with indents, a form as it is sent. */
  body?: string;
  /** Of a multipart body. */
  parts?: PartDraft[];
  /** The signature stays as it stands in headers and body. */
  unsigned?: boolean;
}

/** How a body is shown and edited; bytes are not. */
export type BodyKind = "json" | "form" | "multipart" | "xml" | "text" | "bytes";

export interface SampleBody {
  kind: BodyKind;
  bytes: number;
  /** Shown to be edited; "" for parts and bytes. */
  text: string;
  /** Of a multipart body. */
  parts?: SampleParts;
  /** JSON that is sent without blanks. */
  compact: boolean;
}

/** The samples that have all words of the query somewhere. */
export function matchSamples(samples: readonly Sample[], query: string): Sample[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [...samples];
  return samples.filter((s) => {
    const all =
      `${s.providerName} ${s.provider} ${s.event} ${s.id} ${s.title} ${s.contentType} ${s.description ?? ""}`.toLowerCase();
    return wanted.every((w) => all.includes(w));
  });
}

/** The samples by provider, in the order they have. */
export function byProvider(samples: readonly Sample[]): [string, Sample[]][] {
  const groups = new Map<string, Sample[]>();
  for (const s of samples) {
    const group = groups.get(s.providerName);
    if (group) group.push(s);
    else groups.set(s.providerName, [s]);
  }
  return [...groups];
}

export function readSampleBody(message: SampleMessage): SampleBody {
  const raw = Uint8Array.from(atob(message.bodyBase64), (c) => c.charCodeAt(0));
  const type = message.headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  const parts = readParts(type, raw);
  if (parts) return { kind: "multipart", bytes: raw.length, text: "", parts, compact: false };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    return { kind: "bytes", bytes: raw.length, text: "", compact: false };
  }
  if (/^application\/x-www-form-urlencoded/i.test(type)) {
    return { kind: "form", bytes: raw.length, text, compact: false };
  }
  const pretty = /^\s*[[{]/.test(text) ? formatJson(text) : undefined;
  if (pretty !== undefined) {
    return { kind: "json", bytes: raw.length, text: pretty, compact: !text.includes("\n") };
  }
  return { kind: /xml/i.test(type) ? "xml" : "text", bytes: raw.length, text, compact: false };
}

/** JSON without the blanks between its parts, its digits and escapes as they are written. */
export function compactJson(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, string: string | undefined) => string ?? "");
}

/** The fields of a form, and a form of fields. */
export const formFields = (text: string): Pair[] => parseForm(text).map((f) => [f.name, f.value]);
export const formText = (fields: readonly Pair[]): string =>
  formatForm(fields.map(([name, value]) => ({ name, value })));

/** The draft with a part changed, or without it when it is as the sample has it; undefined when nothing is left. */
export function redraft(
  draft: SampleDraft | undefined,
  part: SampleDraft,
  message: SampleMessage,
  body: SampleBody,
): SampleDraft | undefined {
  const next = { ...draft, ...part };
  if (next.body === body.text) delete next.body;
  if (next.parts && JSON.stringify(next.parts) === JSON.stringify(body.parts?.drafts)) delete next.parts;
  if (next.headers && JSON.stringify(next.headers) === JSON.stringify(message.headers)) delete next.headers;
  if (!next.unsigned) delete next.unsigned;
  return Object.keys(next).length > 0 ? next : undefined;
}

/** What to ask of the door. Without a message the sample is sent as it comes. */
export function sampleRequest(
  id: string,
  endpoint: string,
  message: SampleMessage | undefined,
  draft: SampleDraft | undefined,
): SampleRequest {
  const request: SampleRequest = { id, endpoint };
  if (!message) return request;
  request.seed = message.seed;
  if (!draft) return request;
  if (draft.headers) request.headers = draft.headers.filter(([name]) => name.trim() !== "");
  if (draft.body !== undefined) {
    const body = readSampleBody(message);
    const valid = body.kind === "json" && formatJson(draft.body) !== undefined;
    request.body = body.compact && valid ? compactJson(draft.body) : draft.body;
  }
  const { parts } = draft.parts ? readSampleBody(message) : {};
  if (draft.parts && parts) request.bodyBase64 = base64(formatParts(parts, draft.parts));
  if (draft.unsigned) {
    // The signature that was seen is sent, whether it fits the edits or not.
    request.unsigned = true;
    request.headers ??= message.headers;
    if (request.body === undefined) request.bodyBase64 ??= message.bodyBase64;
  }
  return request;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
}
