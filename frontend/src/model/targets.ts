// What a target looks like while it is edited, and read back. Pure.
import { readAddress } from "./setup";
import type { Connection, HeaderRule, Target } from "./types";

/** The fields of a target as they are typed; "" is the default. */
export interface TargetDraft {
  name: string;
  url: string;
  pathMode: NonNullable<Target["pathMode"]>;
  path: string;
  dropQuery: boolean;
  filter: string;
  rules: HeaderRule[];
  transform: string;
  mark: boolean;
  attempts: string;
  waits: string;
  success: string;
  rate: string;
  parallel: string;
  inOrder: boolean;
  timeout: string;
  connect: string;
  tls: string;
  firstByte: string;
  redirects: string;
  verify: NonNullable<Connection["verify"]>;
  caPem: string;
  host: NonNullable<Connection["host"]>;
  hostName: string;
}

/** The standard schedule, as the field shows it. */
export const STANDARD_WAITS = "0s 5s 30s 2m 10m 30m 1h 2h 5h 10h";

const seconds = (ms: number | undefined): string => (ms ? String(ms / 1000) : "");
const number = (n: number | undefined): string => (n ? String(n) : "");

export function draftOf(target: Target | undefined, url: string | undefined): TargetDraft {
  const { policy, connection } = target ?? {};
  return {
    name: target?.name ?? "",
    url: target?.url ?? url ?? "",
    pathMode: target?.pathMode ?? "append",
    path: target?.path ?? "",
    dropQuery: target?.dropQuery ?? false,
    filter: target?.filter ?? "",
    rules: target?.headerRules ?? [],
    transform: target?.transform ?? "",
    mark: target?.mark ?? true,
    attempts: number(policy?.attempts),
    waits: waitsText(policy?.waitsMs ?? []),
    success: policy?.success ?? "",
    rate: number(policy?.ratePerSecond),
    parallel: number(policy?.parallel),
    inOrder: policy?.inOrder ?? false,
    timeout: seconds(target?.timeoutMs ?? 30_000),
    connect: seconds(connection?.connectTimeoutMs),
    tls: seconds(connection?.tlsTimeoutMs),
    firstByte: seconds(connection?.firstByteTimeoutMs),
    redirects: String(connection?.redirects ?? 0),
    verify: connection?.verify ?? "system",
    caPem: connection?.caPem ?? "",
    host: connection?.host ?? "target",
    hostName: connection?.hostName ?? "",
  };
}

/** A field that cannot be read, and why. */
export class BadField extends Error {
  constructor(
    readonly field: string,
    text: string,
  ) {
    super(text);
  }
}

/** Where a draft sends to. */
export function placeOf(draft: TargetDraft): Pick<Target, "url" | "pathMode" | "path" | "dropQuery"> {
  return {
    url: readAddress(draft.url).url,
    pathMode: draft.pathMode,
    path: draft.pathMode === "template" ? draft.path.trim() : "",
    dropQuery: draft.dropQuery && draft.pathMode !== "exact",
  };
}

/** The target that a draft means; a BadField is thrown for what cannot be read. */
export function targetOf(draft: TargetDraft): Target {
  if (draft.url.trim() === "")
    throw new BadField("url", "Paste the URL of your app, such as http://localhost:3000/webhooks");
  if (draft.name.trim() === "") throw new BadField("name", "Give it a name, to choose it by");
  return {
    name: draft.name.trim(),
    ...placeOf(draft),
    filter: draft.filter.trim(),
    headerRules: draft.rules.filter((r) => r.name.trim() !== ""),
    mark: draft.mark,
    transform: draft.transform,
    timeoutMs: limitOf("timeoutMs", draft.timeout, 0.1, 30_000),
    policy: {
      attempts: wholeOf("policy.attempts", draft.attempts, 1, 100),
      waitsMs: waitsOf(draft.waits),
      success: draft.success.trim(),
      ratePerSecond: rateOf(draft.rate),
      parallel: wholeOf("policy.parallel", draft.parallel, 1, 32),
      inOrder: draft.inOrder,
    },
    connection: {
      connectTimeoutMs: limitOf("connection.connectTimeoutMs", draft.connect, 0.01),
      tlsTimeoutMs: limitOf("connection.tlsTimeoutMs", draft.tls, 0.01),
      firstByteTimeoutMs: limitOf("connection.firstByteTimeoutMs", draft.firstByte, 0.01),
      redirects: Number(draft.redirects),
      verify: draft.verify,
      caPem: draft.verify === "ca" ? draft.caPem.trim() : "",
      host: draft.host,
      hostName: draft.host === "fixed" ? draft.hostName.trim() : "",
    },
  };
}

/** Seconds as typed, in milliseconds; the usual for an empty field. */
function limitOf(field: string, text: string, least: number, usual = 0): number {
  if (text.trim() === "") return usual;
  const n = Number(text);
  if (!Number.isFinite(n) || n < least || n > 300)
    throw new BadField(field, `Give ${least} to 300 seconds${usual === 0 ? ", or nothing" : ""}`);
  return Math.round(n * 1000);
}

function wholeOf(field: string, text: string, least: number, most: number): number {
  if (text.trim() === "") return 0;
  const n = Number(text);
  if (!Number.isInteger(n) || n < least || n > most)
    throw new BadField(field, `Give a whole number from ${least} to ${most}, or nothing`);
  return n;
}

function rateOf(text: string): number {
  if (text.trim() === "") return 0;
  const n = Number(text);
  if (!Number.isFinite(n) || n < 0.001 || n > 1000)
    throw new BadField("policy.ratePerSecond", "Give 0.001 to 1000 a second, or nothing for no limit");
  return n;
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const DAY = 24 * 3_600_000;

/** Waits as they are typed, "0s 5s 2m", in milliseconds; [] is the standard schedule. */
export function waitsOf(text: string): number[] {
  const words = text.split(/[\s,]+/).filter((w) => w !== "");
  return words.map((word) => {
    const [, n, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/i.exec(word) ?? [];
    const ms = Number(n) * (UNITS[(unit ?? "s").toLowerCase()] ?? Number.NaN);
    if (n === undefined || !(ms <= DAY))
      throw new BadField("policy.waitsMs", `“${word}” is no wait: write 30s, 2m or 1h, at most 24h`);
    return Math.round(ms);
  });
}

export function waitsText(waits: readonly number[]): string {
  return waits.map(waitText).join(" ");
}

function waitText(ms: number): string {
  for (const unit of ["h", "m", "s"]) {
    const size = UNITS[unit] ?? 1;
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return ms === 0 ? "0s" : `${ms}ms`;
}

/** What the schedule comes to, in a sentence. */
export function scheduleText(waits: string, attempts: string): string {
  let ms: number[];
  try {
    ms = waitsOf(waits.trim() === "" ? STANDARD_WAITS : waits);
  } catch {
    return "";
  }
  const tries = Number(attempts) > 0 ? Number(attempts) : ms.length;
  let sum = 0;
  for (let i = 0; i < tries; i++) sum += ms[Math.min(i, ms.length - 1)] ?? 0;
  if (tries === 1) return "One try, then it is a dead letter.";
  return `${tries} tries within about ${roughly(sum)}, then it is a dead letter.`;
}

function roughly(ms: number): string {
  if (ms < 90_000) return `${Math.max(1, Math.round(ms / 1000))} s`;
  if (ms < 5_400_000) return `${Math.round(ms / 60_000)} minutes`;
  return `${Math.round(ms / 3_600_000)} hours`;
}

/** The tab of the target dialog that a field is on. */
export function tabOf(field: string): "general" | "delivery" | "connection" {
  if (field.startsWith("policy.")) return "delivery";
  if (field.startsWith("connection.") || field === "timeoutMs") return "connection";
  return "general";
}
