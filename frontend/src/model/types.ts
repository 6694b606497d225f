// The words of DESIGN section 1 as the page knows them; the same shapes as the
// door's (backend/api/dto*.go). The generated types (host/schema.d.ts) must be
// assignable to these: host/door.ts is where the compiler checks it. Times are
// RFC 3339 UTC strings with microseconds; sizes and durations carry their unit
// in the name.
import type { SecretPlace, SigningInput } from "./signature";

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
  until: string;
}

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

/** Names a message that can be compared: exactly one of request, attempt and text. */
export interface MessageRef {
  request?: number;
  attempt?: string;
  side?: "sent" | "answer";
  text?: string;
  contentType?: string;
}

export interface CompareRequest {
  left: MessageRef;
  right: MessageRef;
  ignore?: string[];
  sides?: boolean;
}

export interface Change {
  op: "add" | "remove" | "replace" | "move";
  path: string;
  left?: string;
  right?: string;
  /** Order, case or spacing only; not counted. */
  faint?: boolean;
  /** The path on the right where it is another. */
  to?: string;
  /** Lines, from 1, in the side by side text. */
  leftLine?: number;
  rightLine?: number;
}

export interface Section {
  name: "line" | "headers" | "query" | "body";
  kind: string;
  changes: Change[];
  /** Changes that are not faint, also those not listed. */
  count: number;
  truncated: boolean;
  leftBytes: number;
  rightBytes: number;
  /** How it was compared, in a sentence. */
  note?: string;
}

/** One line of both bodies. Marks are from and to in UTF-16 units. */
export interface SideRow {
  op: "same" | "add" | "remove" | "replace" | "skip";
  leftNo?: number;
  left?: string;
  leftMarks?: [number, number][];
  rightNo?: number;
  right?: string;
  rightMarks?: [number, number][];
  change?: number;
  /** Ignored, or differs in spelling only. */
  faint?: boolean;
  /** Equal lines that a skip stands for. */
  skipped?: number;
}

export interface Comparison {
  same: boolean;
  /** Changes that are not faint. */
  count: number;
  sections: Section[];
  sides?: { kind: string; rows: SideRow[]; truncated: boolean };
}

/** HTTPS on the catch port. */
export interface TlsStatus {
  listening: boolean;
  /** As bound, or as wanted while not listening; empty when off. */
  address: string;
  url: string;
  /** Signed for besides this machine. */
  host: string;
  error?: Problem;
  /** Absent as long as HTTPS was never on. */
  certificate?: { fingerprint: string; expiresAt: string };
  trust: { system: string; do: string[]; undo: string[] }[];
}

export interface TlsRequest {
  address: string;
  host?: string;
  remember?: boolean;
}

export interface Sample {
  id: string;
  provider: string;
  providerName: string;
  event: string;
  title: string;
  description?: string;
  contentType: string;
  method: string;
  /** How it is signed; absent when it is not. */
  scheme?: string;
  /** The test secret. */
  secret?: string;
}

/** A sample as it would be sent. */
export interface SampleMessage {
  method: string;
  url: string;
  headers: Pair[];
  bodyBase64: string;
  /** Sends the same ids and times when it is given back. */
  seed: string;
  signing: SampleSigning;
}

export interface SampleSigning {
  by: "nobody" | "endpoint" | "test" | "testKey";
  scheme?: string;
  text?: string;
  /** The test secret, never the endpoint's. */
  secret?: string;
  publicKey?: string;
  /** The lines that signing writes. */
  headers: string[];
}

export interface SampleRequest {
  id: string;
  endpoint?: string;
  seed?: string;
  headers?: Pair[];
  body?: string;
  bodyBase64?: string;
  /** Leaves the signature as it stands in headers and body. */
  unsigned?: boolean;
  times?: number;
}

export interface SampleSent {
  seq: number;
  status: number;
  seqs: number[];
}

export interface Settings {
  theme: "system" | "light" | "dark";
  catchAddress: string;
  maxBodyBytes: number;
  keepCount: number;
  keepAgeHours: number;
  keepBytes: number;
  dataDir: string;
  databaseBytes: number;
}

export type SettingsPatch = Partial<Omit<Settings, "dataDir" | "databaseBytes">>;

export interface Problem {
  kind: string;
  text: string;
}

/** How the program is. */
export interface Status {
  version: string;
  pid: number;
  startedAt: string;
  now: string;
  catch: { listening: boolean; address: string; url: string; error?: Problem };
  history: {
    requests: number;
    bytes: number;
    unread: number;
    pinned: number;
    waiting: number;
    /** Requests that is:failed finds. */
    failed: number;
    error?: Problem;
    /** Earlier damage: the old history lies aside. */
    notice?: Problem;
  };
  epoch: number;
  rev: number;
  lastSeq: number;
}

/** The live signal. */
export interface Signal {
  epoch: number;
  rev: number;
  lastSeq: number;
}

/** Why the door refused or failed; text is for people. */
export class DoorError extends Error {
  constructor(
    readonly status: number,
    text: string,
    readonly kind = "",
    readonly field = "",
    readonly column = 0,
  ) {
    super(text);
    this.name = "DoorError";
  }
}

/** Asks what a transform would make of a request; url, pathMode, path and dropQuery are in place of the target's. */
export interface TransformTrial {
  source: string;
  request: number;
  target?: string;
  url?: string;
  pathMode?: "append" | "exact" | "template";
  path?: string;
  dropQuery?: boolean;
}

export interface TransformMessage {
  method: string;
  url: string;
  headers: [string, string][];
  bodyBase64: string;
}

/** What a transform made of a request. Nothing was sent. */
export interface TransformTried {
  given: TransformMessage;
  results: TransformMessage[];
  /** It ran, and wants nothing sent. */
  dropped: boolean;
  logs: string[];
  error?: TransformError;
  ms: number;
}

/** Why a transform failed; line and column from 1, absent when it has no place in the source. */
export interface TransformError {
  text: string;
  line?: number;
  column?: number;
}

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
