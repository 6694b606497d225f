import type { Detail, Pair } from "../../../model/types";
import type { Desk } from "../../../state/desk";
import { type AttemptSide, reads } from "../../../state/queries";

/** Bytes that are read whole; of a larger body only the first part is shown. */
export const LARGE = 5_000_000;

/** A message whose body can be shown: a request, what was sent on, or an answer. */
export interface BodySource {
  /** Files saved from it are called after it: "request-12". */
  name: string;
  contentType: string;
  headers: readonly Pair[];
  /** Of the body as sent, also what was not kept of it. */
  bodyBytes: number;
  /** Why only its beginning was kept. */
  cut?: string;
  /** The body as far as it can be shown; decoded undoes its Content-Encoding. */
  read(decoded: boolean): ReturnType<typeof reads.bodyStart>;
  /** Paths of the door: the whole body, and one part of a multipart body, from 0. */
  bodyPath(decoded: boolean): string;
  partPath(n: number, decoded: boolean): string;
}

export function requestSource(desk: Desk, detail: Detail): BodySource {
  const path = `/api/v1/requests/${detail.seq}`;
  return {
    name: `request-${detail.seq}`,
    contentType: detail.contentType,
    headers: detail.headers,
    bodyBytes: detail.bodyBytes,
    read: (decoded) => reads.bodyStart(desk, detail.seq, LARGE, decoded),
    bodyPath: (decoded) => `${path}/body${decoded ? "?decoded=true" : ""}`,
    partPath: (n, decoded) => `${path}/parts/${n}${decoded ? "?decoded=true" : ""}`,
  };
}

interface AttemptBody {
  id: string;
  side: AttemptSide;
  headers: readonly Pair[];
  bodyBytes: number;
  cut?: string;
  name: string;
}

export function attemptSource(desk: Desk, { id, side, ...facts }: AttemptBody): BodySource {
  const path = `/api/v1/attempts/${encodeURIComponent(id)}/${side}`;
  return {
    ...facts,
    contentType: valuesOf(facts.headers, "content-type")[0] ?? "",
    read: (decoded) => reads.attemptStart(desk, id, side, LARGE, decoded),
    bodyPath: (decoded) => `${path}?part=body${decoded ? "&decoded=true" : ""}`,
    partPath: (n, decoded) => `${path}/parts/${n}${decoded ? "?decoded=true" : ""}`,
  };
}

/** The content encoding of a message, "" when its body is sent as it is. */
export function encodingOf(source: BodySource): string {
  return valuesOf(source.headers, "content-encoding")
    .map((value) => value.trim().toLowerCase())
    .filter((value) => value !== "" && value !== "identity")
    .join(", ");
}

function valuesOf(headers: readonly Pair[], name: string): string[] {
  return headers.filter(([n]) => n.toLowerCase() === name).map(([, value]) => value);
}
