// What is known of signatures, in words. Pure.
import { ms } from "./format";

export interface SecretPlace {
  place: "keychain" | "file";
  /** Why it is not in the system's keychain. */
  why?: string;
}

/** How an endpoint's requests are signed, as it is sent; null empties a field. */
export interface SigningInput {
  provider?: string;
  secret?: string | null;
  scheme?: string | null;
  publicKey?: string | null;
  publicUrl?: string | null;
  signatureHeader?: string | null;
  toleranceSeconds?: number | null;
}

export interface Verdict {
  valid: boolean;
  reason: string;
  /** The second reason, when two things are wrong at once. */
  alsoReason?: string;
  scheme: string;
  provider?: string;
  signedBase64?: string;
  signedBytes: number;
  expected?: string;
  received?: string;
  timestamp?: string;
  judgedAt?: string;
  toleranceSeconds?: number;
  hints: string[];
  endpoint: string;
  secretSet: boolean;
  secretPlace?: SecretPlace;
  resign: { possible: boolean; text: string; publicKey?: string };
}

export interface SigningProvider {
  id: string;
  name: string;
  schemes: string[];
  signatureHeader?: string;
  secretHint?: string;
}

export interface SigningScheme {
  id: string;
  name: string;
  algorithm: string;
  headers: string[];
  signs: string;
  secretShape?: string;
  needsSecret: boolean;
  needsPublicKey: boolean;
  needsUrl: boolean;
  needsHeader: boolean;
  toleranceSeconds?: number;
  resign: string;
}

export interface Signatures {
  providers: SigningProvider[];
  schemes: SigningScheme[];
  secretPlace?: SecretPlace;
}

const TITLES: Record<string, string> = {
  ok: "The signature is valid",
  no_secret: "No secret is set, so it is not verified",
  no_public_key: "No public key is set, so it is not verified",
  secret_unreadable: "The secret cannot be read just now",
  key_malformed: "The secret does not have the form that this scheme needs",
  no_scheme: "Nothing tells how this request is signed",
  unknown_scheme: "The scheme is not known",
  no_url: "The URL is signed, and it is not known",
  header_missing: "A header that belongs to the signature is missing",
  header_malformed: "The signature's header cannot be read",
  signature_missing: "The body carries no signature",
  signature_malformed: "The signature in the body cannot be read",
  version_unknown: "There are signatures, but of no version that is known",
  algorithm_refused: "The request names an algorithm that is not allowed",
  timestamp_missing: "The signature's time is missing",
  timestamp_malformed: "The signature's time cannot be read",
  signature_differs: "The signature does not match",
  token_differs: "The token sent is not the secret",
  secret_wrong: "The secret is not the one it was signed with",
  body_changed: "The body is not what was signed",
  url_differs: "The URL is not what was signed",
  claim_wrong: "The signed token claims something else",
  cert_url_refused: "The certificate does not come from the provider",
  cert_untrusted: "The certificate is not to be trusted",
  scheme_wrong: "It was signed in another way",
  timestamp_too_old: "The signature was too old when it arrived",
  timestamp_in_future: "The signature is dated in the future",
};

/** A verdict in a few words. */
export function verdictTitle(
  verdict: Pick<Verdict, "reason" | "alsoReason" | "provider" | "scheme">,
  names: Names,
): string {
  if (verdict.reason === "no_secret" && verdict.scheme !== "" && verdict.provider)
    return `Signed by ${names.provider(verdict.provider)}; no secret is set yet`;
  if (verdict.reason === "no_public_key" && verdict.provider)
    return `Signed by ${names.provider(verdict.provider)}; no public key is set yet`;
  const title = TITLES[verdict.reason] ?? "The signature does not hold";
  const also = verdict.alsoReason && TITLES[verdict.alsoReason];
  return also ? `${title}, and ${also.charAt(0).toLowerCase()}${also.slice(1)}` : title;
}

/** Whether nothing could be verified, rather than something being wrong. */
export const unverified = (reason: string): boolean =>
  [
    "no_secret",
    "no_public_key",
    "no_scheme",
    "unknown_scheme",
    "no_url",
    "secret_unreadable",
    "key_malformed",
  ].includes(reason);

export interface Names {
  provider(id: string): string;
  scheme(id: string): SigningScheme | undefined;
}

/** Looks names up; an id that is not known stands for itself. */
export function namesOf(known: Signatures | undefined): Names {
  return {
    provider: (id) => known?.providers.find((p) => p.id === id)?.name ?? id,
    scheme: (id) => known?.schemes.find((s) => s.id === id),
  };
}

/** A span in the largest unit that it has two of: "3 days", "90 seconds". */
export function span(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  if (size < 1_000) return ms(size);
  for (const [name, length] of [
    ["days", 86_400_000],
    ["hours", 3_600_000],
    ["minutes", 60_000],
  ] as const)
    if (size >= 2 * length) return `${Math.floor(size / length)} ${name}`;
  const seconds = Math.round(size / 1_000);
  return seconds === 1 ? "1 second" : `${seconds} seconds`;
}

/** How the signed time lies to the receipt: "1 second before it arrived, within 5 minutes". */
export function ageText(timestamp: string, receivedAt: string, toleranceSeconds: number | undefined): string {
  const before = Date.parse(receivedAt) - Date.parse(timestamp);
  // A time in whole seconds may lie up to a second before what happened.
  const side = before >= 0 ? "before it arrived" : "after it arrived";
  const when = Math.abs(before) < 1_000 ? "as it arrived" : `${span(before)} ${side}`;
  if (toleranceSeconds === undefined) return `${when}; the clock is not checked`;
  const inside = Math.abs(before) <= toleranceSeconds * 1_000;
  return `${when}, ${inside ? "within" : "more than"} ${span(toleranceSeconds * 1_000)}`;
}

/** The parts of two texts that are the same and that differ: the start they share, the rest, the end they share. */
export interface Parts {
  start: string;
  middle: string;
  end: string;
}

/** Two signatures taken apart where they differ. */
export function apart(a: string, b: string): [Parts, Parts] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end++;
  const parts = (text: string): Parts => ({
    start: text.slice(0, start),
    middle: text.slice(start, text.length - end),
    end: text.slice(text.length - end),
  });
  return [parts(a), parts(b)];
}

/** Where a secret is kept, as a clause. */
export function placeText(place: SecretPlace | undefined): string {
  if (!place) return "";
  return place.place === "keychain"
    ? "kept in your system's keychain"
    : `kept in a file only you can read${place.why ? ` (${place.why})` : ""}`;
}

export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text);
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
  return out;
}
