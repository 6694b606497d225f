// What comes back through the door: JSON, bytes, the beginning of a stream, or
// a problem, which is thrown as a DoorError.
import { DoorError } from "../model/types";

/** The parameters of a call. */
export function at<P>(path: P): { params: { path: P } };
export function at<P, Q>(path: P, query: Q): { params: { path: P; query: Q } };
export function at<P, Q>(path: P, query?: Q) {
  return { params: { path, query } };
}

/** Fetch whose network failures are told in words; an abort stays an abort. */
export async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw new DoorError(0, "Creel does not answer. It may have been closed.", "unreachable");
  }
}

/** What openapi-fetch makes of an answer. */
export interface Answered {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** The answer's JSON. */
export async function ok<T>(call: Promise<Answered>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok || data === undefined) throw problem(error, response);
  return data as T;
}

/** What was answered; undefined when that is no bytes at all. */
export async function content<T>(call: Promise<Answered>): Promise<T | undefined> {
  const { data, error, response } = await call;
  if (!response.ok) throw problem(error, response);
  return data as T | undefined;
}

/** For answers without anything in them. */
export async function done(call: Promise<Answered>): Promise<void> {
  const { error, response } = await call;
  if (!response.ok) throw problem(error, response);
}

/** Reads a stream up to `most` bytes and lets the rest go. */
export async function start(stream: ReadableStream<Uint8Array> | undefined, most: number) {
  if (!stream) return { bytes: new Uint8Array(0), whole: true };
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  let whole = false;
  while (length <= most) {
    const { done, value } = await reader.read();
    if (done) {
      whole = true;
      break;
    }
    parts.push(value);
    length += value.length;
  }
  if (!whole) void reader.cancel().catch(() => undefined);
  const bytes = new Uint8Array(Math.min(length, most));
  let at = 0;
  for (const part of parts) {
    const fits = part.subarray(0, most - at);
    bytes.set(fits, at);
    at += fits.length;
  }
  return { bytes, whole };
}

interface FaultProblem {
  title?: string;
  detail?: string;
  kind?: string;
  field?: string;
  column?: number;
  errors?: { message?: string; location?: string }[];
}

function problem(error: unknown, response: Response): DoorError {
  const fault = (typeof error === "object" && error !== null ? error : {}) as FaultProblem;
  const first = fault.errors?.[0];
  const field = fault.field ?? first?.location?.replace(/^body\./, "");
  const text = first?.message ?? fault.detail ?? fault.title;
  return new DoorError(
    response.status,
    text || `Creel answered ${response.status} ${response.statusText}`,
    fault.kind,
    field,
    fault.column,
  );
}
