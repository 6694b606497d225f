// How values read on the screen. Pure; the clock and the zone are arguments.
import { toldBadge } from "./told";
import type { DeliveryState, Row } from "./types";

/** Bytes with a decimal unit: 0 B, 412 B, 3.2 kB, 18.2 MB. */
export function bytes(n: number): string {
  if (!Number.isFinite(n) || n < 0) return "";
  if (n < 1000) return `${Math.round(n)} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = n / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 99.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** A duration in milliseconds: 0.4 ms, 41 ms, 1.24 s, 2 m 5 s. */
export function ms(n: number): string {
  if (!Number.isFinite(n) || n < 0) return "";
  if (n === 0) return "0 ms";
  if (n < 9.95) return `${n.toFixed(1)} ms`;
  if (n < 999.5) return `${Math.round(n)} ms`;
  if (n < 59_950) return `${(n / 1000).toFixed(n < 9_950 ? 2 : 1)} s`;
  const seconds = Math.round(n / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} m`;
}

/** A whole number with separators: 1,284. */
export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** "1 change", "3 changes". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Local time of day with seconds, or with milliseconds. */
export function clock(at: string, withMs = false): string {
  const d = new Date(at);
  if (Number.isNaN(d.getTime())) return at;
  const text = [d.getHours(), d.getMinutes(), d.getSeconds()]
    .map((n) => String(n).padStart(2, "0"))
    .join(":");
  return withMs ? `${text}.${String(d.getMilliseconds()).padStart(3, "0")}` : text;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Local day: "23 Nov", with the year when it is not this one. */
export function day(at: string, now: Date): string {
  const d = new Date(at);
  if (Number.isNaN(d.getTime())) return at;
  const text = `${d.getDate()} ${MONTHS[d.getMonth()]}`;
  return d.getFullYear() === now.getFullYear() ? text : `${text} ${d.getFullYear()}`;
}

/** The short time of a list row: the clock today, else day and clock. */
export function rowTime(at: string, now: Date): string {
  const d = new Date(at);
  if (Number.isNaN(d.getTime())) return at;
  return d.toDateString() === now.toDateString() ? clock(at) : `${day(at, now)}, ${clock(at).slice(0, 5)}`;
}

/** Local date and time in full, for titles: "23 Nov 2026, 12:04:29.381 (UTC 2026-11-23T11:04:29.381025Z)". */
export function fullTime(at: string): string {
  const d = new Date(at);
  if (Number.isNaN(d.getTime())) return at;
  return `${d.getDate()} ${MONTHS[d.getMonth()]} ${d.getFullYear()}, ${clock(at, true)} (UTC ${at})`;
}

/** How long ago: "just now", "12 s ago", "3 m ago", "5 h ago", "4 d ago"; "in 3 m" for the future. */
export function ago(at: string, now: number): string {
  const seconds = Math.round((now - new Date(at).getTime()) / 1000);
  if (Number.isNaN(seconds)) return "";
  const size = Math.abs(seconds);
  if (size < 2) return "just now";
  const [n, unit] =
    size < 90
      ? [size, "s"]
      : size < 5400
        ? [Math.round(size / 60), "m"]
        : size < 129_600
          ? [Math.round(size / 3600), "h"]
          : [Math.round(size / 86_400), "d"];
  return seconds < 0 ? `in ${n} ${unit}` : `${n} ${unit} ago`;
}

export type Tone = "good" | "bad" | "warn" | "info" | "purple" | "plain";

/** The tone of an HTTP status. */
export function statusTone(status: number): Tone {
  if (status >= 200 && status < 300) return "good";
  if (status >= 300 && status < 400) return "info";
  if (status >= 400 && status < 500) return "warn";
  return status >= 500 ? "bad" : "plain";
}

/** The tone of a method. */
export function methodTone(method: string): "get" | "post" | "put" | "delete" | "other" {
  switch (method.toUpperCase()) {
    case "GET":
    case "HEAD":
    case "OPTIONS":
      return "get";
    case "POST":
      return "post";
    case "PUT":
    case "PATCH":
      return "put";
    case "DELETE":
      return "delete";
    default:
      return "other";
  }
}

const KINDS: [RegExp, string][] = [
  [/^application\/x-www-form-urlencoded/, "Form"],
  [/^multipart\//, "Multipart"],
  [/[/+]json\b/, "JSON"],
  [/[/+]xml\b/, "XML"],
  [/^text\/html/, "HTML"],
  [/^text\/csv/, "CSV"],
  [/^text\//, "Text"],
  [/^image\//, "Image"],
  [/protobuf|grpc/, "Protobuf"],
  [/octet-stream/, "Binary"],
];

/** A content type in one word: "JSON", "Form"; "" when there is none. */
export function contentKind(contentType: string): string {
  const type = contentType.trim().toLowerCase();
  if (type === "") return "";
  return KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? type.split(";")[0]?.trim() ?? type;
}

/** The path of a request-target, without query. */
export function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  return end < 0 ? target : target.slice(0, end);
}

/** What a request is called: its event, else method and path. */
export function titleOf(row: Pick<Row, "event" | "method" | "target">): string {
  return row.event ? row.event : `${row.method} ${pathOf(row.target)}`;
}

export interface Badge {
  text: string;
  tone: Tone;
  /** The same in a sentence, for titles and screen readers. */
  title: string;
}

/** The one badge of a row: what matters most about its capture and its deliveries. What is usual has no text. */
export function badgeOf(row: Row): Badge {
  const { waiting, delivered, failed } = row.deliveries;
  if (row.state === "refused") return { text: "refused", tone: "bad", title: `Refused: ${row.reason ?? ""}` };
  if (row.state === "cut") return { text: "cut", tone: "warn", title: `Cut short: ${row.reason ?? ""}` };
  if (row.sig === "invalid") return { text: "signature", tone: "bad", title: "The signature is not valid" };
  const last = row.last;
  if (waiting > 0 && last && statusTone(last.status ?? 0) !== "good")
    return { text: "retrying", tone: "warn", title: "The last try failed; it is tried again by itself" };
  if (waiting > 0)
    return { text: "waiting", tone: "info", title: `${plural(waiting, "delivery", "deliveries")} waiting` };
  if (last?.errorKind === "dropped") {
    return { text: "dropped", tone: "plain", title: "The target's transform wanted nothing sent" };
  }
  if (last?.errorKind) {
    return {
      text: errorWord(last.errorKind),
      tone: "bad",
      title: `The last delivery failed: ${errorWord(last.errorKind)}`,
    };
  }
  if (last?.status) {
    const tone = statusTone(last.status);
    return { text: String(last.status), tone, title: `The target answered ${last.status}` };
  }
  if (failed > 0)
    return { text: "failed", tone: "bad", title: `${plural(failed, "delivery", "deliveries")} failed` };
  if (delivered > 0)
    return { text: "sent", tone: "good", title: `${plural(delivered, "delivery", "deliveries")} made` };
  const told = toldBadge(row.told);
  if (told) return { text: told.text, tone: told.fault ? "warn" : "info", title: told.title };
  const unusual = row.status !== 200 && row.status !== 0;
  return {
    text: unusual ? `answered ${row.status}` : "",
    tone: "plain",
    title: `Kept, not sent on; ${row.status ? `the sender was answered ${row.status}` : "the sender got no answer"}`,
  };
}

const ERRORS: Record<string, string> = {
  refused: "no listener",
  dns: "no such host",
  tls: "TLS",
  timeout: "timed out",
  reset: "reset",
  blocked: "blocked",
  protocol: "not HTTP",
  loop: "loop",
  cancelled: "cancelled",
  url: "bad URL",
  network: "unreachable",
  internal: "error",
  transform: "transform failed",
  dropped: "dropped",
  sign: "not signed",
};

/** An error class in a word or two. */
export function errorWord(kind: string): string {
  return ERRORS[kind] ?? kind;
}

/** What the newest answer is beside the one before: "same answer", "3 changes", or "". */
export function changesText(changes: number | undefined): string {
  if (changes === undefined) return "";
  return changes === 0 ? "same answer" : plural(changes, "change");
}

/** The tone of a delivery's state. */
export function deliveryTone(state: DeliveryState): Tone {
  if (state === "delivered") return "good";
  if (state === "failed" || state === "dead") return "bad";
  return state === "cancelled" || state === "dropped" ? "plain" : "info";
}

/** The text with a capital at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A time span as a person says it: "0 s", "5 min", "2 h 30 min", "3 d". */
export function span(milliseconds: number): string {
  const s = Math.round(milliseconds / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return two(s, 60, "min", 1, "s");
  const min = Math.round(s / 60);
  if (min < 48 * 60) return two(min, 60, "h", 1, "min");
  return two(Math.round(min / 60), 24, "d", 1, "h");
}

function two(n: number, large: number, ofLarge: string, small: number, ofSmall: string): string {
  const rest = Math.floor((n % large) / small);
  return `${Math.floor(n / large)} ${ofLarge}${rest > 0 ? ` ${rest} ${ofSmall}` : ""}`;
}
