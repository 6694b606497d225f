// Trying a transform.

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
