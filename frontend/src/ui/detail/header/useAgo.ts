import { useEffect, useState } from "react";
import { ago } from "../../../model/format";

/** How long ago that was, kept right: every second at first, every half minute later. */
export function useAgo(at: string): string {
  const [now, setNow] = useState(Date.now);
  const isFresh = now - new Date(at).getTime() < 90_000;
  useEffect(() => {
    const timer = setInterval(
      () => {
        if (document.visibilityState === "visible") setNow(Date.now());
      },
      isFresh ? 1_000 : 30_000,
    );
    return () => clearInterval(timer);
  }, [isFresh]);
  return ago(at, now);
}
