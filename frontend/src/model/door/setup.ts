// Endpoints, their replies, and targets.

import type { SecretPlace, SigningInput } from "../signature";
import type { Pair } from "./history";
import type { Breaker } from "./sending";

/** One thing to answer; the body and the values of headers are templates. */
export interface Saying {
  mode?: "fixed" | "target";
  status?: number;
  headers?: Pair[];
  body?: string;
  delayMs?: number;
  fault?: ReplyFault;
  /** For mode target. */
  pass?: ReplyPass;
}

export interface Reply extends Saying {
  rules?: ReplyRule[];
  handshakes?: Handshakes;
}

export interface ReplyRule {
  /** A filter. */
  when: string;
  reply: Saying;
}

export type FaultKind = "reset" | "cut" | "drip" | "silent" | "status";

/** What goes wrong on purpose. */
export interface ReplyFault {
  kind: FaultKind;
  /** Of a hundred requests; absent is all. */
  percent?: number;
  afterBytes?: number;
  bytesPerSecond?: number;
  holdMs?: number;
  status?: number;
}

export interface ReplyPass {
  /** The endpoint's first target when absent. */
  target?: string;
  timeoutMs?: number;
  fallback?: "gateway" | "reply";
}

export type HandshakeMode = "auto" | "off" | "chosen";

export interface Handshakes {
  mode?: HandshakeMode;
  ids?: string[];
  verifyToken?: string;
}

/** A question of a provider that Creel can answer. */
export interface Handshake {
  id: string;
  provider?: string;
  name: string;
  asks: string;
  answers: string;
  /** What must be set at the endpoint to answer. */
  needs?: string;
  /** No ordinary request looks like it. */
  sure: boolean;
}

/** A handshake as it was seen in a request. */
export interface Greeting extends Handshake {
  answered: boolean;
  lacks?: boolean;
  /** What the provider hands over to be kept as the secret. */
  token?: string;
  confirmUrl?: string;
}

export interface ReplyPreviewRequest {
  reply: Reply;
  /** The endpoint's own reply, whatever rules and handshakes would say. */
  own?: boolean;
  endpoint?: string;
  provider?: string;
  targets?: string[];
  request?: number;
}

/** What would be answered, and to which request. */
export interface ReplyPreview {
  /** 0 when nothing has been caught yet. */
  request: number;
  told?: string;
  status: number;
  headers: Pair[];
  text: string;
  bytes: number;
  /** The target whose answer is passed on in place of this. */
  waits?: string;
  fault?: ReplyFault;
}

export interface Endpoint {
  slug: string;
  name: string;
  provider?: string;
  secretSet: boolean;
  secretPlace?: SecretPlace;
  scheme?: string;
  publicKey?: string;
  publicUrl?: string;
  signatureHeader?: string;
  toleranceSeconds?: number;
  reply: Reply;
  targets: string[];
  filter?: string;
  /** The catch URL to copy. */
  url: string;
  requests: number;
  unread: number;
}

export interface EndpointInput extends SigningInput {
  slug: string;
  name?: string;
  reply?: Reply;
  targets?: string[];
  filter?: string;
}

export interface HeaderRule {
  op: "set" | "remove";
  name: string;
  value?: string;
}

export interface Target {
  name: string;
  url: string;
  pathMode?: "append" | "exact" | "template";
  /** For template: /hooks/{path}. */
  path?: string;
  dropQuery?: boolean;
  headerRules?: HeaderRule[];
  timeoutMs?: number;
  mark?: boolean;
  filter?: string;
  policy?: Policy;
  connection?: Connection;
  /** JavaScript that changes what is sent; "" is none. */
  transform?: string;
  readonly breaker?: Breaker;
  readonly deliveries?: { waiting: number; dead: number; failed: number };
}

/** How deliveries to a target are tried; what is absent or 0 is the default. */
export interface Policy {
  attempts?: number;
  waitsMs?: number[];
  success?: string;
  ratePerSecond?: number;
  parallel?: number;
  inOrder?: boolean;
}

/** How a target is reached. */
export interface Connection {
  connectTimeoutMs?: number;
  tlsTimeoutMs?: number;
  firstByteTimeoutMs?: number;
  redirects?: number;
  verify?: "system" | "ca" | "skip";
  caPem?: string;
  host?: "target" | "original" | "fixed";
  hostName?: string;
}
