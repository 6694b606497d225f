// How a comparison is laid out: rows with equal runs folded, changes of all
// sections in one list, and patterns of paths to leave out. Pure.
import { plural } from "./format";
import type { Change, Comparison, Section, SideRow } from "./types";

/** Equal lines kept around each difference. */
const CONTEXT = 3;

/** What one line of the view shows. */
export type Line =
  | { kind: "row"; row: SideRow; index: number }
  | { kind: "fold"; from: number; count: number };

/** Folds long runs of equal rows, but for those opened (by their first row's index). */
export function foldRows(rows: readonly SideRow[], opened: ReadonlySet<number>): Line[] {
  const lines: Line[] = [];
  const put = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const row = rows[i];
      if (row) lines.push({ kind: "row", row, index: i });
    }
  };
  let at = 0;
  while (at < rows.length) {
    let end = at;
    while (end < rows.length && rows[end]?.op === "same") end++;
    if (end === at) {
      put(at, at + 1);
      at++;
      continue;
    }
    const from = at === 0 ? at : at + CONTEXT;
    const to = end === rows.length ? end : end - CONTEXT;
    if (to - from < 3 || opened.has(from)) {
      put(at, end);
    } else {
      put(at, from);
      lines.push({ kind: "fold", from, count: to - from });
      put(to, end);
    }
    at = end;
  }
  return lines;
}

/** One change of any section. */
export interface Listed {
  section: Section["name"];
  change: Change;
  /** Its index in the section. */
  index: number;
}

/** All changes in one list, in the order of the message. */
export function listChanges(comparison: Comparison, withFaint: boolean): Listed[] {
  return comparison.sections.flatMap((section) =>
    section.changes
      .map((change, index) => ({ section: section.name, change, index }))
      .filter(({ change }) => withFaint || !change.faint),
  );
}

const PLACES: Record<Section["name"], string> = {
  line: "the first line",
  headers: "the headers",
  query: "the query",
  body: "the body",
};

/** "3 changes in the body, 1 in the headers", or that nothing differs. */
export function summaryOf(comparison: Comparison): string {
  const parts = comparison.sections
    .filter((s) => s.count > 0)
    .sort((a, b) => b.count - a.count)
    .map((s, i) =>
      i === 0 ? `${plural(s.count, "change")} in ${PLACES[s.name]}` : `${s.count} in ${PLACES[s.name]}`,
    );
  if (parts.length > 0) return parts.join(", ");
  const faint = comparison.sections.flatMap((s) => s.changes).filter((c) => c.faint).length;
  return faint > 0 ? `The same, but for ${plural(faint, "faint difference")}` : "The same";
}

/** The pattern that leaves this change out wherever it is in a list, or undefined when a path cannot say it. */
export function ignorePattern({ section, change }: Listed): string | undefined {
  const path = change.path;
  if (path === "" || /^(lines?|bytes?) /.test(path)) return undefined;
  const general = path.replace(/\[\d+\]/g, "[*]");
  return general.startsWith("[") ? section + general : `${section}.${general}`;
}

/** Header lines of answers that differ by nature; a row's "same answer" leaves out the same (backend/desk/compare.go). */
export const sameByNature: readonly string[] = [
  "headers.date",
  "headers.content-length",
  "headers.connection",
  "headers.keep-alive",
  "headers.transfer-encoding",
];

/** A text cut into stretches that differ and stretches that do not. */
export function marked(
  text: string,
  marks: readonly [number, number][] | undefined,
): { text: string; mark: boolean }[] {
  const parts: { text: string; mark: boolean }[] = [];
  let at = 0;
  for (const [from, to] of marks ?? []) {
    if (from > at) parts.push({ text: text.slice(at, from), mark: false });
    if (to > from) parts.push({ text: text.slice(from, to), mark: true });
    at = Math.max(at, to);
  }
  if (at < text.length || parts.length === 0) parts.push({ text: text.slice(at), mark: false });
  return parts;
}

/** Lines of a unified view: a replaced row is two, what was and then what is. */
export function unifyLines(lines: readonly Line[]): Line[] {
  return lines.flatMap((line): Line[] => {
    if (line.kind === "fold" || line.row.op !== "replace") return [line];
    const { leftNo, left, leftMarks, rightNo, right, rightMarks, ...rest } = line.row;
    const was: SideRow = { ...rest, op: "remove", leftNo, left, leftMarks };
    const is: SideRow = { ...rest, op: "add", rightNo, right, rightMarks };
    return [
      { ...line, row: was },
      { ...line, row: is },
    ];
  });
}
