import type { ReactNode } from "react";

interface MarkedProps {
  text: string;
  /** What to mark, in order and without overlaps, in UTF-16 units. */
  hits: readonly { from: number; to: number }[];
}

/** Text with what was found in it marked. */
export function Marked({ text, hits }: MarkedProps): ReactNode {
  if (hits.length === 0) return text;
  const parts: ReactNode[] = [];
  let at = 0;
  for (const { from, to } of hits) {
    parts.push(text.slice(at, from), <mark key={from}>{text.slice(from, to)}</mark>);
    at = to;
  }
  return [...parts, text.slice(at)];
}
