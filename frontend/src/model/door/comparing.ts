// What differs between two messages.

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
