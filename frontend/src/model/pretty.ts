import { prettyJson } from "./json";
import { scanJson } from "./jsonscan";

/** JSON with two-space indents, its digits, escapes and key order left as they are written; undefined when it is not JSON. */
export function formatJson(text: string): string | undefined {
  try {
    return prettyJson(scanJson(text));
  } catch {
    return undefined;
  }
}
