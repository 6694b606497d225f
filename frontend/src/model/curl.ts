// A request as a curl command for a POSIX shell. Exact for any bytes: text
// goes in single quotes, other bytes through printf on standard input.
import type { Pair } from "./types";

export interface CurlRequest {
  method: string;
  url: string;
  headers: readonly Pair[];
  body: Uint8Array;
}

/** Lines that curl makes itself, or that belong to one connection only. */
const MADE_ANEW = new Set([
  "host",
  "content-length",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "te",
  "trailer",
  "upgrade",
  "proxy-connection",
]);

/** Quotes text for sh, whatever is in it. */
export function shellQuote(text: string): string {
  if (/^[A-Za-z0-9_./:@%+=,-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The command, one option a line. Body and headers arrive byte for byte. */
export function curl(request: CurlRequest): string {
  // -X HEAD would wait for a body that never comes.
  const method = request.method === "HEAD" ? "--head" : `-X ${shellQuote(request.method)}`;
  const parts = [`curl ${method} ${shellQuote(request.url)}`];
  // An IPv6 host or a path with braces is no pattern to expand.
  if (/[[\]{}]/.test(request.url)) parts[0] += " --globoff";
  const names = new Set(request.headers.map(([name]) => name.toLowerCase()));
  for (const [name, value] of request.headers) {
    if (MADE_ANEW.has(name.toLowerCase())) continue;
    // "Name;" is how curl sends a header without a value.
    parts.push(`-H ${shellQuote(value === "" ? `${name};` : `${name}: ${value}`)}`);
  }
  for (const own of ["Accept", "User-Agent"]) {
    if (!names.has(own.toLowerCase())) parts.push(`-H '${own}:'`);
  }
  if (request.body.length === 0) return parts.join(" \\\n  ");
  if (!names.has("content-type")) parts.push("-H 'Content-Type:'");
  const text = asText(request.body);
  if (text !== undefined && !text.startsWith("@")) {
    parts.push(`--data-binary ${shellQuote(text)}`);
    return parts.join(" \\\n  ");
  }
  parts.push("--data-binary @-");
  return `printf '${printfEscapes(request.body)}' | ${parts.join(" \\\n  ")}`;
}

/** The bytes as text that a shell word can hold, undefined when they are not that. */
function asText(body: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal would swallow
    return /[\x00-\x08\x0b-\x1f\x7f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** printf's format with every byte that is not plain as octal: the same in every POSIX shell. */
function printfEscapes(body: Uint8Array): string {
  let out = "";
  for (const b of body) {
    const plain = b >= 0x20 && b < 0x7f && b !== 0x27 && b !== 0x5c && b !== 0x25;
    out += plain ? String.fromCharCode(b) : `\\${b.toString(8).padStart(3, "0")}`;
  }
  return out;
}
