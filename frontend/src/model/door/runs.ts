// Runs of many requests, and simulated providers.

/** Where a run sends to: exactly one of the two. */
export interface RunPlace {
  target?: string;
  url?: string;
}

/** What to send as one run: `filter` or `seqs`; to `to`, or with `last` to where each last went. */
export interface RunRequest {
  /** An earlier run: the same once more, everything else left out. */
  again?: number;
  filter?: string;
  seqs?: number[];
  to?: RunPlace[];
  last?: boolean;
  mode?: "ordered" | "parallel";
  parallel?: number;
  ratePerSecond?: number;
  stopAtFirstFailure?: boolean;
  times?: number;
  delayMs?: number;
  shuffle?: boolean;
  duplicate?: boolean;
  resign?: boolean;
  ignore?: string[];
  simulate?: string;
  realTimeMs?: number;
}

/** What a run was asked to do. */
export interface RunOrder {
  filter?: string;
  /** How many were named one by one. */
  requests?: number;
  seqs?: number[];
  to: RunPlace[];
  last: boolean;
  /** 1 is ordered. */
  parallel: number;
  ratePerSecond: number;
  stopAtFirstFailure: boolean;
  times: number;
  delayMs: number;
  shuffle: boolean;
  duplicate: boolean;
  resign: boolean;
  ignore: string[];
  simulate?: string;
  realTimeMs: number;
}

/** Many requests sent as one piece of work, or one to many places. Counts are of items. */
export interface Run {
  id: number;
  order: RunOrder;
  state: "planning" | "running" | "done" | "stopped" | "cancelled" | "interrupted";
  reason?: string;
  createdAt: string;
  endedAt?: string;
  total: number;
  sent: number;
  delivered: number;
  failed: number;
  cancelled: number;
  changed: number;
  same: number;
  /** Of a run that sends each request more than once. */
  repeats?: Repeats;
}

/** Whether the outcomes of a run are as the first one of their request and place. */
export interface Repeats {
  /** That were compared, the firsts among them. */
  outcomes: number;
  firsts: number;
  same: number;
  /** With another status, another body, or both. */
  unlike: number;
  otherStatus: number;
  otherBody: number;
}

export type RunItemState = "pending" | "sent" | "delivered" | "failed" | "cancelled";

/** One sending of a run. */
export interface RunItem {
  n: number;
  /** seq */
  request: number;
  /** Index in the order's `to`. */
  place: number;
  /** Which of the repeats, or of a simulation which try, from 1. */
  repeat: number;
  duplicate: boolean;
  state: RunItemState;
  url?: string;
  delivery?: string;
  attempt?: string;
  status?: number;
  tookMs: number;
  changes?: number;
  against?: string;
  was?: number;
  note?: string;
  /** How it compares with the first outcome of its request and place, or in what it differs. */
  alike?: "first" | "same" | "status" | "body" | "both";
  atMs?: number;
  waitMs?: number;
  ruling?: "accepted" | "retry" | "give-up" | "disabled";
  /** Of the request; absent when it was deleted. */
  method?: string;
  path?: string;
  event?: string;
}

type Trust = "documented" | "commonly-known";

/** A provider whose way of delivering can be simulated. */
export interface SimulatedProvider {
  id: string;
  name: string;
  connectMs?: number;
  timeoutMs?: number;
  timeoutTrust: Trust;
  accepts: string;
  retries: number;
  schedule: string;
  retryTrust: Trust;
  assumed: boolean;
  wholeMs: number;
  after?: string;
}
