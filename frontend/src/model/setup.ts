// What endpoints, targets and settings look like while they are edited. Pure.
import type { Pair, Reply, Target } from "./types";

/** A slug made of a name: small letters, digits, - and _. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9_]+/g, "-")
    .replace(/^[-_]+|-+$/g, "")
    .slice(0, 64);
}

const REASONS: Record<number, string> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  301: "Moved Permanently",
  302: "Found",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  410: "Gone",
  422: "Unprocessable Entity",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** The answer that a sender gets, as it goes over the wire. */
export function answerText(reply: Reply, seq = 123, bytes?: number): string {
  const status = reply.status ?? 200;
  const empty = status === 204 || status === 304;
  const body = empty ? "" : (reply.body ?? "");
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? ""}`.trim(),
    ...(reply.headers ?? []).map(([name, value]) => `${name}: ${value}`),
    `X-Creel-Seq: ${seq}`,
    ...(empty ? [] : [`Content-Length: ${bytes ?? new TextEncoder().encode(body).length}`]),
  ];
  return `${lines.join("\n")}\n\n${body}`;
}

/** A typed address of an app, read as it is most likely meant. */
export interface Address {
  /** What is sent to: with a scheme, else as it was typed. */
  url: string;
  /** Whether something was put before what was typed. */
  completed: boolean;
  /** Why it may not be what is meant. */
  doubt?: string;
  /** What may be meant instead. */
  instead?: string;
}

/**
 * Reads a typed address: a port alone is one of this machine, a missing scheme
 * is http. What cannot be read stays as it is, for the door to explain.
 */
export function readAddress(typed: string): Address {
  const text = typed.trim();
  const schemed = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const port = /^:?(\d{2,5}(?:[/?#].*)?)$/.exec(text);
  const url = schemed || text === "" ? text : port ? `http://localhost:${port[1]}` : `http://${text}`;
  if (!URL.canParse(url)) return { url: text, completed: false };
  const read = { url, completed: url !== text };
  const [, authority = ""] = /^https?:\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(url) ?? [];
  const alone = /^[^.:[\]]+$/.test(authority) && authority.toLowerCase() !== "localhost";
  if (!alone) return read;
  const run = /^localhost(\d{2,5})$/i.exec(authority);
  if (run) {
    const instead = url.replace(authority, `localhost:${run[1]}`);
    return { ...read, doubt: `There is most likely no machine called “${authority}”.`, instead };
  }
  return {
    ...read,
    doubt: `“${authority}” has no dot and no port. That is right only if a machine is called so.`,
  };
}

/** A free name for a target: its host, numbered when taken. */
export function targetName(url: string, targets: readonly { name: string }[]): string {
  const base = (URL.canParse(url) && new URL(url).host.slice(0, 56)) || "my app";
  let name = base;
  for (let n = 2; targets.some((t) => t.name === name); n++) name = `${base} ${n}`;
  return name;
}

/** Whether Creel listens on another address than the settings say. Port 0 is any port. */
export function elsewhere(settings: string, actual: string): boolean {
  return settings !== actual && settings.replace(/:0$/, "") !== actual.replace(/:\d+$/, "");
}

/** Where a request to /slug/hook?x=1 goes, as an example. */
export function exampleUrl(target: Pick<Target, "url" | "pathMode">): string {
  const { url } = readAddress(target.url || "http://localhost:3000");
  if (target.pathMode === "exact") return url;
  const [before = "", query] = url.split("?", 2);
  const joined = `${before.replace(/\/$/, "")}/hook`;
  return `${joined}?${query ? `${query}&` : ""}x=1`;
}

/** Bytes as a number with the unit that fits: 5 GB. */
export interface Amount {
  value: string;
  unit: "MB" | "GB";
}

export function amountOf(bytes: number): Amount {
  if (bytes === 0) return { value: "", unit: "GB" };
  const unit = bytes >= 1e9 ? "GB" : "MB";
  return { value: String(Number((bytes / (unit === "GB" ? 1e9 : 1e6)).toFixed(3))), unit };
}

/** The bytes of an amount; 0 for an empty one, undefined when it is no number. */
export function bytesOf(amount: Amount): number | undefined {
  if (amount.value.trim() === "") return 0;
  const n = Number(amount.value);
  return Number.isFinite(n) && n >= 0 ? Math.round(n * (amount.unit === "GB" ? 1e9 : 1e6)) : undefined;
}

/** A whole number from a field; 0 when it is empty, undefined when it is none. */
export function wholeOf(text: string): number | undefined {
  if (text.trim() === "") return 0;
  const n = Number(text.replace(/[ ,]/g, ""));
  return Number.isSafeInteger(n) && n >= 0 ? n : undefined;
}

/** Header lines without the empty ones. */
export function filled(headers: readonly Pair[]): Pair[] {
  return headers.filter(([name, value]) => name.trim() !== "" || value.trim() !== "");
}
