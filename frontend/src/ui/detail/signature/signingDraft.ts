import type { Signatures, SigningInput, SigningScheme } from "../../../model/signature";
import type { Endpoint } from "../../../model/types";

/** How an endpoint's requests are signed, while it is typed. */
export interface SigningDraft {
  provider: string;
  /** What is typed; the one that is set is never shown. */
  secret: string;
  scheme: string;
  publicKey: string;
  publicUrl: string;
  signatureHeader: string;
  tolerance: string;
}

export function draftOf(endpoint: Endpoint | undefined): SigningDraft {
  return {
    provider: endpoint?.provider ?? "",
    secret: "",
    scheme: endpoint?.scheme ?? "",
    publicKey: endpoint?.publicKey ?? "",
    publicUrl: endpoint?.publicUrl ?? "",
    signatureHeader: endpoint?.signatureHeader ?? "",
    tolerance: endpoint?.toleranceSeconds?.toString() ?? "",
  };
}

/** What differs from the endpoint; a secret only when one was typed. Undefined when the tolerance is no number. */
export function inputOf(draft: SigningDraft, endpoint: Endpoint | undefined): SigningInput | undefined {
  const was = draftOf(endpoint);
  const input: SigningInput = {};
  if (draft.provider !== was.provider) input.provider = draft.provider;
  if (draft.secret.trim() !== "") input.secret = draft.secret;
  for (const field of ["scheme", "publicKey", "publicUrl", "signatureHeader"] as const)
    if (draft[field] !== was[field]) input[field] = draft[field].trim() || null;
  if (draft.tolerance !== was.tolerance) {
    const seconds = Number(draft.tolerance);
    if (!Number.isInteger(seconds) || seconds < 0) return undefined;
    input.toleranceSeconds = draft.tolerance.trim() === "" ? null : seconds;
  }
  return input;
}

/** The scheme that the draft leads to, as far as it can be told. */
export function schemeOf(
  draft: SigningDraft,
  known: Signatures,
  detected: string,
): SigningScheme | undefined {
  const provider = known.providers.find((p) => p.id === draft.provider);
  const theirs = provider?.schemes ?? [];
  const id = draft.scheme || (theirs.length === 0 || theirs.includes(detected) ? detected : theirs[0]);
  return known.schemes.find((s) => s.id === id);
}
