/** One pair of a form or query. */
export interface FormPair {
  name: string;
  value: string;
  /** Its percent signs do not all escape something: shown as sent. */
  odd: boolean;
}

/** The pairs of an application/x-www-form-urlencoded body, in order, repeated ones kept. */
export function parseForm(text: string): FormPair[] {
  return text
    .trim()
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const at = part.indexOf("=");
      const name = decode(at < 0 ? part : part.slice(0, at));
      const value = decode(at < 0 ? "" : part.slice(at + 1));
      return { name: name.text, value: value.text, odd: name.odd || value.odd };
    });
}

function decode(source: string): { text: string; odd: boolean } {
  const spaced = source.replaceAll("+", " ");
  try {
    return { text: decodeURIComponent(spaced), odd: false };
  } catch {
    return { text: source, odd: true };
  }
}

/** Pairs as a query would carry them. */
export function formatForm(pairs: readonly { name: string; value: string }[]): string {
  return new URLSearchParams(pairs.map((p) => [p.name, p.value])).toString();
}

/** The value is JSON of its own, as Slack's "payload" is. */
export const holdsJson = (value: string): boolean => /^\s*(\{[\s\S]*\}|\[[\s\S]*\])\s*$/.test(value);
