import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Sniffed, sniff } from "../../../model/sniff";
import type { Detail } from "../../../model/types";
import { useDesk } from "../../../state/desk";
import { reads } from "../../../state/queries";
import { words } from "../../../state/toasts";

/** Bytes that are read whole; of a larger body only the first part is shown. */
export const LARGE = 5_000_000;
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
export function useBody(detail: Detail): { body: Body | undefined; error: unknown } {
  const desk = useDesk();
  const encoding = encodingOf(detail);
  const decoded = useQuery({
    ...reads.bodyStart(desk, detail.seq, LARGE, true),
    enabled: encoding !== "" && detail.bodyBytes > 0,
  });
  const asSent = useQuery({
    ...reads.bodyStart(desk, detail.seq, LARGE, false),
    enabled: detail.bodyBytes > 0 && (encoding === "" || decoded.isError),
  });
  const read = decoded.data ?? asSent.data;
  const body = useMemo(() => {
    if (!read) return undefined;
    const bytes = read.whole ? read.bytes : read.bytes.subarray(0, FIRST_PART);
    return {
      bytes,
      whole: read.whole,
      what: sniff(detail.contentType, bytes),
      undone: decoded.data ? encoding : "",
      fault: decoded.error ? words(decoded.error) : undefined,
    };
  }, [read, detail.contentType, decoded.data, decoded.error, encoding]);
  return { body, error: asSent.error };
}

/** The content encoding of a request, "" when its body is sent as it is. */
function encodingOf(detail: Detail): string {
  return detail.headers
    .filter(([name]) => name.toLowerCase() === "content-encoding")
    .map(([, value]) => value.trim().toLowerCase())
    .filter((value) => value !== "" && value !== "identity")
    .join(", ");
}
