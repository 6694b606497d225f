// The filter language as far as colouring needs it. What a filter means, and
// whether it means anything, only the door says.

export type TokenKind = "field" | "value" | "word" | "phrase" | "operator" | "group" | "blank";

export interface Token {
  kind: TokenKind;
  text: string;
}

const OPERATORS = new Set(["AND", "OR", "NOT"]);

/** Cuts a filter into tokens; together they are the text, whatever it is. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const add = (kind: TokenKind, to: number) => {
    if (to > at) tokens.push({ kind, text: text.slice(at, to) });
    at = to;
  };
  let at = 0;
  while (at < text.length) {
    const c = text.charAt(at);
    if (/\s/.test(c)) add("blank", skip(text, at, /\s/));
    else if (c === "(" || c === ")") add("group", at + 1);
    else if (c === "-") add("operator", at + 1);
    else if (c === '"') add("phrase", closed(text, at));
    else {
      const name = /^[a-z][a-z0-9_-]*(?:\.[^\s():"]+|\[[^\]]*\])*:(?!\/\/)/i.exec(text.slice(at));
      if (!name) {
        const to = skip(text, at, /[^\s()]/);
        add(OPERATORS.has(text.slice(at, to)) ? "operator" : "word", to);
        continue;
      }
      const isPath = /^path:/i.test(name[0]);
      add("field", at + name[0].length);
      add("value", valueEnd(text, at, isPath));
    }
  }
  return tokens;
}

function valueEnd(text: string, at: number, isPath: boolean): number {
  const c = text.charAt(at);
  if (c === '"') return closed(text, at);
  if (c !== "/") return skip(text, at, /[^\s()]/);
  const to = closed(text, at);
  // On path a slash is a plain one unless a regexp ends with its word.
  const whole = text.charAt(to - 1) === "/" && to > at + 1 && /^(?:$|[\s()])/.test(text.slice(to));
  if (isPath && (!whole || /\s/.test(text.slice(at, to)))) return skip(text, at, /[^\s()]/);
  return to;
}

/** Where the quoted text or regexp that begins at `at` has ended; \ takes the next character along. */
function closed(text: string, at: number): number {
  const mark = text.charAt(at);
  for (let i = at + 1; i < text.length; i++) {
    if (text.charAt(i) === "\\") i++;
    else if (text.charAt(i) === mark) return i + 1;
  }
  return text.length;
}

function skip(text: string, at: number, which: RegExp): number {
  while (at < text.length && which.test(text.charAt(at))) at++;
  return at;
}

/** A text with a place in it, both in UTF-16 units. */
export interface Typed {
  text: string;
  cursor: number;
}

/**
 * Puts an offer in the place of what was typed of it. A blank follows unless
 * more must be typed or one is there.
 */
export function insertOffer(text: string, from: number, to: number, offer: string): Typed {
  const rest = text.slice(to);
  const more = /[:.]$/.test(offer) && !offer.startsWith('"');
  const blank = more || /^[\s)]/.test(rest) ? "" : " ";
  const start = `${text.slice(0, from)}${offer}${blank}`;
  // Behind a blank that was there already, so that typing goes on with the next term.
  const cursor = start.length + (!more && blank === "" && /^\s/.test(rest) ? 1 : 0);
  return { text: start + rest, cursor };
}

/** Adds a term to a filter, which must then hold too; one that is there already is not doubled. */
export function addTerm(filter: string, term: string): string {
  const text = filter.trim();
  if (text === "") return term;
  if (tokenize(text).some((t) => t.text === "OR")) return `(${text}) ${term}`;
  return ` ${text} `.includes(` ${term} `) ? text : `${text} ${term}`;
}

/** A text as a value that means just it, in quotes where it would mean more. */
export function valueText(value: string): string {
  if (value !== "" && /^[^\s()"*<>/\\-][^\s()"*\\]*$/.test(value) && !/\.\./.test(value)) return value;
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** Longer texts are not filtered by: they are read, not compared. */
const MOST_VALUE = 300;

/** The term for what has this value in a field, undefined when it cannot be said. */
export function termFor(field: string, value: string): string | undefined {
  if (value.length > MOST_VALUE || /[\r\n\0]/.test(value) || /[\s():"]/.test(field)) return undefined;
  const plainPath = field === "path" && /^\/(?:[\w./-]*[\w-])?$/.test(value) && value !== "/";
  return `${field}:${plainPath ? value : valueText(value)}`;
}

/** The term for a value at a path into JSON, as pathOf spells it; `source` is the value as JSON has it. */
export function jsonTerm(path: string, source: string): string | undefined {
  if (path === "" || source.length > MOST_VALUE || /^[{[]/.test(source)) return undefined;
  const field = path.startsWith("[") ? `body${path}` : `body.${path}`;
  if (!source.startsWith('"')) return `${field}:${source}`;
  const text = JSON.parse(source) as string;
  return /[\r\n\0]/.test(text) ? undefined : `${field}:${valueText(text)}`;
}

/** The unit of UTF-16 at which the code point with that number (from 1) begins. */
export function unitOf(text: string, column: number): number {
  let units = 0;
  let left = column - 1;
  for (const point of text) {
    if (left-- <= 0) break;
    units += point.length;
  }
  return units;
}
