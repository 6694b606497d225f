// HTTPS, samples, settings and how the program is.
import type { Pair } from "./history";

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
