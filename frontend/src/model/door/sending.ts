// Deliveries, their attempts, and how they are asked for.
import type { Pair } from "./history";

/** Whether a target is sent to: open is that it rests after failing too often in a row. */
export interface Breaker {
  state: "closed" | "open" | "half-open";
  since?: string;
  nextProbeAt?: string;
  failures: number;
}

/** States that deliveries can be sent again from. */
export type RedriveState = "failed" | "dead" | "cancelled";

/** Asks to send deliveries again that ended without success. */
export interface RedriveRequest {
  ids?: string[];
  filter?: string;
  target?: string;
  states?: RedriveState[];
  after?: number;
  limit?: number;
}

export interface Redriven {
  moved: number;
  left: number;
  after: number;
}

export interface Edits {
  method?: string;
  headers?: Pair[];
  bodyBase64?: string;
  bodyText?: string;
}

export interface ReplayRequest {
  url?: string;
  target?: string;
  edits?: Edits;
  times?: number;
  retry?: boolean;
  /** Sign it anew at each try. */
  resign?: boolean;
}

export type DeliveryState = "waiting" | "sending" | "delivered" | "failed" | "dead" | "cancelled" | "dropped";

export interface Phases {
  dns: number;
  connect: number;
  tls: number;
  firstByte: number;
  total: number;
}

export interface Attempt {
  id: string;
  delivery: string;
  n: number;
  startedAt: string;
  method: string;
  url: string;
  status?: number;
  error?: { kind: string; text: string };
  phasesMs: Phases;
  answerBytes: number;
  answerTruncated: boolean;
  changes?: number;
  against?: string;
  /** The certificate of the target was not checked. */
  unverified?: boolean;
  /** Redirects that were followed, oldest first. */
  hops?: { status: number; url: string }[];
}

export interface AttemptDetail extends Attempt {
  request: number;
  sentLine: string;
  sentHeaders: Pair[];
  sentBodyBytes: number;
  answerLine: string;
  answerHeaders: Pair[];
}

export interface Delivery {
  id: string;
  request: number;
  target?: string;
  url: string;
  kind: "forward" | "replay";
  state: DeliveryState;
  edited: boolean;
  /** Signed anew at each try. */
  resigned: boolean;
  /** The target's transform made what is sent; it is not run again. */
  transformed: boolean;
  /** What that transform wrote with console.log, a line each. */
  logs?: string[];
  createdAt: string;
  nextAt?: string;
  /** Oldest first. */
  attempts: Attempt[];
  /** Attempts that count towards its schedule. */
  tries: number;
  /** How many it has by itself; 1 is that it is not tried again. */
  triesAtMost: number;
  /** Its target rests: it waits for that. */
  held?: Breaker;
}
