// Requests as the door lists and shows them.
import type { Greeting } from "./setup";

export type Pair = [name: string, value: string];

export type RequestState = "kept" | "cut" | "refused";

export type SigState = "none" | "valid" | "invalid";

export type Via = "direct" | "sample" | "tunnel" | "relay" | "import";

/** Counts of one request's deliveries by what became of them. */
export interface Tally {
  waiting: number;
  delivered: number;
  failed: number;
}

/** The newest finished attempt of a request. */
export interface Last {
  attempt: string;
  /** Absent when there was no answer. */
  status?: number;
  errorKind?: string;
  /** Differences from the previous answer by the same URL; absent when there was none before, 0 is the same answer. */
  changes?: number;
}

/** One line of the list. */
export interface Row {
  seq: number;
  uid: string;
  endpoint: string;
  receivedAt: string;
  method: string;
  /** The request-target as sent: path and query. */
  target: string;
  host: string;
  contentType: string;
  bodyBytes: number;
  state: RequestState;
  reason?: string;
  /** What the sender was answered; 0 when it could not be answered. */
  status: number;
  /** How the answer came about, when it was not the endpoint's plain reply: model/told.ts reads it. */
  told?: string;
  provider?: string;
  event?: string;
  sig: SigState;
  via: Via;
  crossSite: boolean;
  deliveries: Tally;
  last?: Last;
  note?: string;
  tags: string[];
  pinned: boolean;
  read: boolean;
}

/** A stretch of the history, newest first. */
export interface RowPage {
  items: Row[];
  total: number;
  /** False when counting was stopped early: total is then a lower bound. */
  exact: boolean;
  next: number | null;
  lastSeq: number;
  epoch: number;
  rev: number;
}

/** How far counting has come; `counted` adds up over the steps. */
export interface Count {
  counted: number;
  scanned: number;
  /** Requests there were to look at when the step began. */
  of: number;
  done: boolean;
  next: number | null;
}

/** What to highlight in requests that match, and where. */
export interface FilterMark {
  /** "any" (request-target, header lines, body), path, query, header, body, or another text field. */
  in: string;
  /** Name of the header line or in the query, or path into JSON. */
  key?: string | undefined;
  /** To be found ignoring case; absent where the value as a whole is meant. */
  text?: string | undefined;
  /** RE2 source, case kept. */
  regexp?: string | undefined;
}

/** What a filter means, or what is wrong with it. */
export interface FilterCheck {
  ok: boolean;
  plain: string;
  slow: boolean;
  marks: FilterMark[];
  /** The column is in code points, from 1. */
  error?: { column: number; text: string } | undefined;
}

export interface FilterOffer {
  /** Ends in a colon or a dot when more must follow. */
  text: string;
  doc?: string | undefined;
  /** Requests that have this value. */
  count?: number | undefined;
}

/** Offers replace the text from `from` up to `to`, in UTF-16 units. */
export interface FilterCompletion {
  from: number;
  to: number;
  offers: FilterOffer[];
}

export interface SavedFilter {
  name: string;
  filter: string;
}

/** What happened to known rows since a revision. */
export interface Changes {
  epoch: number;
  rev: number;
  lastSeq: number;
  reset: boolean;
  setup: boolean;
  /** The limits of history removed requests up to this seq; 0: none. */
  pruned: number;
  rows: Row[];
}

/** One request whole, without its bytes. */
export interface Detail extends Row {
  protocol: string;
  /** It came over TLS. */
  secure: boolean;
  remoteAddr: string;
  headers: Pair[];
  trailers: Pair[];
  query: Pair[];
  sha256: string;
  readMs: number;
  keepAlive: boolean;
  headBytes: number;
  /** The handshake that this request is. */
  handshake?: Greeting;
}

export interface MarksPatch {
  note?: string;
  tags?: string[];
  pinned?: boolean;
  read?: boolean;
}

/** A batch of deleted requests that can be restored until then. */
export interface Trash {
  id: number;
  count: number;
  /** Absent when nothing was deleted. */
  until?: string;
}
