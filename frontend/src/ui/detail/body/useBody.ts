import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Sniffed, sniff } from "../../../model/sniff";
import { words } from "../../../state/toasts";
import { type BodySource, encodingOf } from "./source";

/** Of a body that is too large to be read whole. */
const FIRST_PART = 256_000;

export interface Body {
  bytes: Uint8Array<ArrayBuffer>;
  /** False when only its first part is here. */
  whole: boolean;
  what: Sniffed;
  /** The content encoding that was undone, "" when the bytes are as sent. */
  undone: string;
  /** Why the content encoding could not be undone. */
  fault?: string;
}

/** The body as it is best read: with its content encoding undone when there is one. */
export function useBody(source: BodySource): { body: Body | undefined; error: unknown } {
  const encoding = encodingOf(source);
  const { contentType, bodyBytes } = source;
  const cut = source.cut !== undefined;
  const decoded = useQuery({ ...source.read(true), enabled: encoding !== "" && bodyBytes > 0 });
  const asSent = useQuery({
    ...source.read(false),
    enabled: bodyBytes > 0 && (encoding === "" || decoded.isError),
  });
  const read = decoded.data ?? asSent.data;
  const body = useMemo(() => {
    if (!read) return undefined;
    const bytes = read.whole ? read.bytes : read.bytes.subarray(0, FIRST_PART);
    return {
      bytes,
      whole: read.whole && !cut,
      what: sniff(contentType, bytes),
      undone: decoded.data ? encoding : "",
      fault: decoded.error ? words(decoded.error) : undefined,
    };
  }, [read, cut, contentType, decoded.data, decoded.error, encoding]);
  return { body, error: asSent.error };
}
