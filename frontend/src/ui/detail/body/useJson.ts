import { useEffect, useMemo, useState } from "react";
import type { JsonDoc } from "../../../model/json";
import { JsonError, JsonScan } from "../../../model/jsonscan";

/** What is known of a text as JSON; nothing when it was not asked for. */
export interface JsonReading {
  doc?: JsonDoc;
  /** Why it is not JSON. */
  fault?: string;
  /** Percent read so far, while it is being read. */
  progress?: number;
}

/** Up to this long a text is read at once, within a frame. */
const AT_ONCE = 150_000;
/** Of a longer one so many ms at a time; the page draws and takes keys in between. */
const SLICE_MS = 12;

/** Reads a text as JSON, undefined is none. However long it is, the page stays quick. */
export function useJson(text: string | undefined): JsonReading {
  const short = text === undefined || text.length <= AT_ONCE;
  const now = useMemo(() => (text !== undefined && short ? slice(new JsonScan(text)) : {}), [text, short]);
  const [later, setLater] = useState<{ text: string; reading: JsonReading }>();
  useEffect(() => {
    setLater(undefined);
    if (text === undefined || short) return;
    const scan = new JsonScan(text);
    let percent = 0;
    const go = () => {
      const reading = slice(scan, performance.now() + SLICE_MS);
      if (reading.progress === undefined || reading.progress > percent) setLater({ text, reading });
      percent = reading.progress ?? 100;
      if (reading.progress !== undefined) timer = setTimeout(go);
    };
    let timer = setTimeout(go);
    return () => clearTimeout(timer);
  }, [text, short]);
  if (short) return now;
  return later && later.text === text ? later.reading : { progress: 0 };
}

function slice(scan: JsonScan, until = Number.POSITIVE_INFINITY): JsonReading {
  try {
    const doc = scan.run(() => performance.now() >= until);
    return doc ? { doc } : { progress: Math.floor(scan.done * 100) };
  } catch (cause) {
    if (cause instanceof JsonError) return { fault: cause.message };
    throw cause;
  }
}
