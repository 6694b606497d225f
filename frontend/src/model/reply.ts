// What replies look like while they are edited. Pure.
import type { FaultKind, Handshake, Handshakes, ReplyFault, Saying } from "./types";

/** Placeholders to put into a template; `select` is the part to be typed over. */
export const PLACEHOLDERS: readonly { text: string; about: string; select?: string }[] = [
  { text: "{{body.id}}", select: "id", about: "a value of the JSON body, as in body.items[0].id" },
  { text: "{{query.id}}", select: "id", about: "a value of the query" },
  { text: "{{header.X-Id}}", select: "X-Id", about: "a header line" },
  { text: "{{body}}", about: "the whole body" },
  { text: "{{method}}", about: "POST and the like" },
  { text: "{{path}}", about: "the path" },
  { text: "{{seq}}", about: "the number of the request" },
  { text: "{{uid}}", about: "its UUID" },
  { text: "{{now}}", about: "the time of the answer" },
  { text: "{{event}}", about: "the event, where the provider is known" },
  { text: "{{provider}}", about: "the provider, where it is known" },
];

export const FAULTS: readonly { id: FaultKind; label: string; about: string }[] = [
  { id: "reset", label: "Reset the connection", about: "The sender sees a broken connection and no answer." },
  {
    id: "cut",
    label: "Cut the answer short",
    about: "The head and so many bytes of the body are sent, then the connection ends.",
  },
  {
    id: "drip",
    label: "Let the answer drip",
    about: "Head and body come at this pace. After 5 minutes the rest is not sent.",
  },
  {
    id: "silent",
    label: "Answer nothing",
    about: "The connection stays open without a word until this time has passed.",
  },
  {
    id: "status",
    label: "Fail with another status",
    about: "This status is answered in place of the reply.",
  },
];

/** A fault of that kind to begin with. */
export function freshFault(kind: FaultKind, percent: number | undefined): ReplyFault {
  const base: ReplyFault = { kind, percent: percent ?? 100 };
  if (kind === "cut") return { ...base, afterBytes: 0 };
  if (kind === "drip") return { ...base, bytesPerSecond: 20 };
  if (kind === "silent") return { ...base, holdMs: 60_000 };
  return kind === "status" ? { ...base, status: 503 } : base;
}

/** "answers 202", "resets the connection": what a reply does, in a few words. */
export function replyDoes(saying: Saying): string {
  const { fault } = saying;
  const some = fault?.percent !== undefined && fault.percent < 100 ? ` ${fault.percent} % of the time` : "";
  const says = saying.mode === "target" ? "the target’s answer" : `answers ${saying.status ?? 200}`;
  switch (fault?.kind) {
    case "reset":
      return some ? `${says}, resets${some}` : "resets the connection";
    case "silent":
      return some ? `${says}, keeps silent${some}` : "answers nothing";
    case "status":
      return some ? `${says}, ${fault.status ?? 500}${some}` : `fails with ${fault.status ?? 500}`;
    case "cut":
      return `${says}, cut short${some}`;
    case "drip":
      return `${says}, dripping${some}`;
    default:
      return says;
  }
}

/** Whether Creel answers that handshake at an endpoint: the same choice as the door makes. */
export function isAnswered(h: Handshake, set: Handshakes, provider: string, target: boolean): boolean {
  switch (set.mode ?? "auto") {
    case "off":
      return false;
    case "chosen":
      return set.ids?.includes(h.id) ?? false;
    default:
      return !target && (provider === "" ? h.sure : h.provider === provider);
  }
}

/** Which part of the editor has that field of the door's. */
export type ReplyPart = "general" | "forwarding" | "reply" | "rules" | "handshakes" | "signature";

const SIGNING = [
  "provider",
  "secret",
  "scheme",
  "publicKey",
  "publicUrl",
  "signatureHeader",
  "toleranceSeconds",
];

export function partOf(field: string): ReplyPart | undefined {
  if (field === "slug" || field === "name") return "general";
  if (field === "filter" || field === "targets") return "forwarding";
  if (SIGNING.includes(field)) return "signature";
  if (field.startsWith("reply.rules")) return "rules";
  if (field.startsWith("reply.handshakes")) return "handshakes";
  return field.startsWith("reply") ? "reply" : undefined;
}

/** A fault's words, with where they are meant in a text of one line or more. */
export function atColumn(text: string, column: number | undefined): string {
  return column ? `Column ${column}: ${text}` : text;
}
