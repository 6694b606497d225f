// Reads JSON into the table of model/json.ts, in one pass without recursion.
import { ARRAY, type JsonDoc, NUMBER, OBJECT, STRING, unquote, WORD } from "./json";

/** Where and why text is not JSON. Line and column count from 1. */
export class JsonError extends Error {
  constructor(
    readonly offset: number,
    readonly line: number,
    readonly column: number,
    readonly reason: string,
  ) {
    super(`line ${line}, column ${column}: ${reason}`);
    this.name = "JsonError";
  }
}

const NUMBER_FORM = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD_FORM = /true|false|null/y;

/** Reads a whole document; throws a JsonError. */
export function scanJson(text: string): JsonDoc {
  const scan = new JsonScan(text);
  for (;;) {
    const doc = scan.run();
    if (doc) return doc;
  }
}

/** Values between two looks at the clock: some tens of microseconds. */
const BETWEEN = 256;

/** A reading of a document that can pause. */
export class JsonScan {
  private at: number;
  private count = 0;
  private room = 1024;
  private kind = new Uint8Array(this.room);
  private from = new Uint32Array(this.room);
  private to = new Uint32Array(this.room);
  private keyFrom = new Uint32Array(this.room);
  private keyTo = new Uint32Array(this.room);
  private parent = new Int32Array(this.room);
  private next = new Uint32Array(this.room);
  private size = new Uint32Array(this.room);
  private place = new Uint32Array(this.room);
  private depth = new Uint32Array(this.room);
  private again = new Uint8Array(this.room);
  /** Open containers, and the names seen in each. */
  private open: number[] = [];
  private names: (Set<string> | undefined)[] = [];

  constructor(private readonly text: string) {
    this.at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  /** Reads on until the document ends or `pause` says so, then it is undefined; throws a JsonError. */
  run(pause: () => boolean = () => false): JsonDoc | undefined {
    if (this.count === 0) {
      this.blanks();
      this.value(0, 0);
    }
    for (let n = 1; this.open.length > 0; n++) {
      this.step();
      if (n % BETWEEN === 0 && pause()) return undefined;
    }
    this.blanks();
    if (this.at < this.text.length) this.fail("there is more text after the end of the value");
    return this.document();
  }

  /** How much of the text is read, 0 to 1. */
  get done(): number {
    return this.text.length === 0 ? 1 : this.at / this.text.length;
  }

  /** One member of the innermost open container, or its end. */
  private step(): void {
    const inside = this.open[this.open.length - 1] ?? 0;
    const isObject = this.kind[inside] === OBJECT;
    const close = isObject ? "}" : "]";
    this.blanks();
    if (this.text[this.at] === close) {
      this.close(inside);
      return;
    }
    if (this.size[inside] !== 0) {
      if (this.text[this.at] !== ",") this.fail(`expected "," or "${close}"`);
      this.at++;
      this.blanks();
      if (this.text[this.at] === close) this.fail(`a "," stands before the "${close}"`);
    }
    if (!isObject) {
      this.value(0, 0);
      return;
    }
    const keyFrom = this.at;
    if (this.text[this.at] !== '"') this.fail("expected a name in double quotes");
    this.string();
    const keyTo = this.at;
    this.blanks();
    if (this.text[this.at] !== ":") this.fail('expected ":" after the name');
    this.at++;
    this.blanks();
    this.value(keyFrom, keyTo);
  }

  private value(keyFrom: number, keyTo: number): void {
    const n = this.add(keyFrom, keyTo);
    const c = this.text[this.at];
    if (c === "{" || c === "[") {
      this.kind[n] = c === "{" ? OBJECT : ARRAY;
      this.at++;
      this.open.push(n);
      this.names.push(c === "{" ? new Set() : undefined);
      return;
    }
    if (c === '"') {
      this.kind[n] = STRING;
      this.string();
    } else if (this.take(NUMBER_FORM)) {
      this.kind[n] = NUMBER;
      if (/[\w.]/.test(this.text[this.at] ?? "")) this.fail("this is not a number as JSON writes them");
    } else if (this.take(WORD_FORM)) {
      this.kind[n] = WORD;
    } else {
      this.fail(c === undefined ? "the text ends too early" : "expected a value");
    }
    this.to[n] = this.at;
    this.next[n] = this.count;
  }

  private add(keyFrom: number, keyTo: number): number {
    if (this.count === this.room) this.grow();
    const n = this.count++;
    const parent = this.open[this.open.length - 1] ?? -1;
    this.from[n] = this.at;
    this.keyFrom[n] = keyFrom;
    this.keyTo[n] = keyTo;
    this.parent[n] = parent;
    this.depth[n] = this.open.length;
    if (parent >= 0) {
      const place = this.size[parent] ?? 0;
      this.place[n] = place;
      this.size[parent] = place + 1;
    }
    const names = this.names[this.names.length - 1];
    if (names) {
      const name = unquote(this.text.slice(keyFrom, keyTo));
      if (names.has(name)) this.again[n] = 1;
      else names.add(name);
    }
    return n;
  }

  private close(n: number): void {
    this.at++;
    this.to[n] = this.at;
    this.next[n] = this.count;
    this.open.pop();
    this.names.pop();
  }

  private string(): void {
    const { text } = this;
    const start = this.at++;
    for (;;) {
      const c = text.charCodeAt(this.at);
      if (c === 0x22) break;
      if (Number.isNaN(c)) {
        this.at = start;
        this.fail("this string has no end");
      }
      if (c < 0x20) this.fail("a line break or control character inside a string must be escaped");
      if (c === 0x5c) this.escape();
      else this.at++;
    }
    this.at++;
  }

  private escape(): void {
    const c = this.text[this.at + 1] ?? "";
    if (c === "u") {
      if (!/^[0-9a-fA-F]{4}$/.test(this.text.slice(this.at + 2, this.at + 6)))
        this.fail("\\u wants four hex digits");
      this.at += 6;
    } else {
      if (c === "" || !'"\\/bfnrt'.includes(c)) this.fail(`\\${c} is not an escape`);
      this.at += 2;
    }
  }

  private take(form: RegExp): boolean {
    form.lastIndex = this.at;
    if (!form.test(this.text)) return false;
    this.at = form.lastIndex;
    return true;
  }

  private blanks(): void {
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      this.at++;
    }
  }

  private fail(reason: string): never {
    const before = this.text.slice(0, this.at);
    const line = before.split("\n").length;
    throw new JsonError(this.at, line, this.at - before.lastIndexOf("\n"), reason);
  }

  private grow(): void {
    this.room *= 2;
    this.kind = into(new Uint8Array(this.room), this.kind);
    this.again = into(new Uint8Array(this.room), this.again);
    this.parent = into(new Int32Array(this.room), this.parent);
    for (const name of ["from", "to", "keyFrom", "keyTo", "next", "size", "place", "depth"] as const)
      this[name] = into(new Uint32Array(this.room), this[name]);
  }

  private document(): JsonDoc {
    const { text, count } = this;
    return {
      text,
      count,
      kind: this.kind.slice(0, count),
      from: this.from.slice(0, count),
      to: this.to.slice(0, count),
      keyFrom: this.keyFrom.slice(0, count),
      keyTo: this.keyTo.slice(0, count),
      parent: this.parent.slice(0, count),
      next: this.next.slice(0, count),
      size: this.size.slice(0, count),
      place: this.place.slice(0, count),
      depth: this.depth.slice(0, count),
      again: this.again.slice(0, count),
    };
  }
}

function into<T extends Uint8Array | Uint32Array | Int32Array>(bigger: T, old: T): T {
  bigger.set(old);
  return bigger;
}
