// What a body is, judged by its content type and its bytes: the type can be
// wrong or missing, the bytes cannot. Nothing here renders anything.

export type BodyKind = "empty" | "json" | "form" | "multipart" | "xml" | "html" | "text" | "image" | "binary";

export interface Sniffed {
  kind: BodyKind;
  /** Lower-case media type without parameters, "" when none was given. */
  mime: string;
  /** Label for TextDecoder; "utf-8" unless the type or a byte order mark says otherwise. */
  charset: string;
  /** Of a multipart body. */
  boundary?: string;
  /** Media type of an image by its first bytes. */
  image?: ImageType;
}

export type ImageType = "image/png" | "image/jpeg" | "image/gif" | "image/webp";

/** A content type taken apart; parameter names are lower-case. */
export function mediaType(contentType: string): { mime: string; params: Record<string, string> } {
  const [type = "", ...rest] = contentType.match(/(?:[^;"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  const params: Record<string, string> = {};
  for (const part of rest) {
    const at = part.indexOf("=");
    if (at < 0) continue;
    const value = part.slice(at + 1).trim();
    params[part.slice(0, at).trim().toLowerCase()] = value.startsWith('"')
      ? value.slice(1, value.endsWith('"') ? -1 : undefined).replace(/\\(.)/g, "$1")
      : value;
  }
  return { mime: type.trim().toLowerCase(), params };
}

const SAMPLE = 64 * 1024;

export function sniff(contentType: string, bytes: Uint8Array): Sniffed {
  const { mime, params } = mediaType(contentType);
  const charset = charsetOf(params.charset, bytes);
  const base = { mime, charset };
  if (bytes.length === 0) return { ...base, kind: "empty" };
  const image = imageType(bytes);
  if (image) return { ...base, kind: "image", image };
  if (mime.startsWith("multipart/") && params.boundary)
    return { ...base, kind: "multipart", boundary: params.boundary };
  if (!looksLikeText(bytes, charset)) return { ...base, kind: "binary" };
  return { ...base, kind: textKind(mime, bytes, charset) };
}

function textKind(mime: string, bytes: Uint8Array, charset: string): BodyKind {
  const head = decodeText(bytes.subarray(0, 1024), charset).text.trimStart();
  const braces = /^[[{]/.test(head);
  if (/[/+]json$/.test(mime)) return "json";
  // `curl -d '{…}'` says form and means JSON.
  if (mime === "application/x-www-form-urlencoded") return braces ? "json" : "form";
  if (/[/+]xml$/.test(mime)) return "xml";
  if (mime === "text/html" || mime === "application/xhtml+xml") return "html";
  if (braces && !/ndjson|jsonl|json-seq/.test(mime) && closes(bytes)) return "json";
  if (/^<\?xml\b/.test(head)) return "xml";
  if (/^<(!doctype html|html)\b/i.test(head)) return "html";
  return "text";
}

/** The last byte that is not a blank is a closing bracket. */
function closes(bytes: Uint8Array): boolean {
  let at = bytes.length - 1;
  while (at >= 0 && (bytes[at] ?? 0) <= 0x20) at--;
  return bytes[at] === 0x7d || bytes[at] === 0x5d;
}

function charsetOf(declared: string | undefined, bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  if (!declared) return "utf-8";
  try {
    return new TextDecoder(declared).encoding;
  } catch {
    return "utf-8";
  }
}

function looksLikeText(bytes: Uint8Array, charset: string): boolean {
  const sample = bytes.subarray(0, SAMPLE);
  if (!charset.startsWith("utf-16")) {
    let odd = 0;
    for (const b of sample) {
      if (b === 0) return false;
      if (b < 0x20 && b !== 0x09 && b !== 0x0a && b !== 0x0d && b !== 0x0c && b !== 0x1b) odd++;
    }
    if (odd * 50 > sample.length) return false;
  }
  try {
    // A character may be cut at the end of the sample: stream allows it.
    new TextDecoder(charset, { fatal: true }).decode(sample, { stream: sample.length < bytes.length });
    return true;
  } catch {
    return false;
  }
}

/** Bytes as text. `lossy` when some bytes stand for no character in that charset. */
export function decodeText(bytes: Uint8Array, charset = "utf-8"): { text: string; lossy: boolean } {
  try {
    return { text: new TextDecoder(charset, { fatal: true }).decode(bytes), lossy: false };
  } catch {
    return { text: new TextDecoder(charset).decode(bytes), lossy: true };
  }
}

/** Bytes of a head: UTF-8 when they are, else one character a byte. */
export function headText(bytes: Uint8Array): string {
  const { text, lossy } = decodeText(bytes);
  return lossy ? new TextDecoder("latin1").decode(bytes) : text;
}

function imageType(b: Uint8Array): ImageType | undefined {
  const ascii = (from: number, to: number) => String.fromCharCode(...b.subarray(from, to));
  if (b[0] === 0x89 && ascii(1, 4) === "PNG") return "image/png";
  if (b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff) return "image/jpeg";
  if (/^GIF8[79]a$/.test(ascii(0, 6))) return "image/gif";
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return "image/webp";
  return undefined;
}

/** Width and height in px as the image itself says; undefined when they cannot be read. */
export function imageSize(b: Uint8Array, type: ImageType): { width: number; height: number } | undefined {
  const view = new DataView(b.buffer, b.byteOffset, b.byteLength);
  try {
    if (type === "image/png") return { width: view.getUint32(16), height: view.getUint32(20) };
    if (type === "image/gif") return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
    return type === "image/webp" ? webpSize(view) : jpegSize(view);
  } catch {
    return undefined; // shorter than its own header
  }
}

function webpSize(view: DataView): { width: number; height: number } | undefined {
  const chunk = String.fromCharCode(
    view.getUint8(12),
    view.getUint8(13),
    view.getUint8(14),
    view.getUint8(15),
  );
  const u24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  if (chunk === "VP8X") return { width: u24(24) + 1, height: u24(27) + 1 };
  if (chunk === "VP8 ")
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (chunk !== "VP8L") return undefined;
  const bits = view.getUint32(21, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

function jpegSize(view: DataView): { width: number; height: number } | undefined {
  let at = 2;
  while (at < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** What a body is called in a line of facts: "JSON", "form", "PNG image". */
export function kindName(contentType: string): string {
  const { mime } = mediaType(contentType);
  if (mime === "") return "";
  if (/[/+]json$/.test(mime)) return "JSON";
  if (/[/+]xml$/.test(mime)) return "XML";
  if (mime === "application/x-www-form-urlencoded") return "form";
  if (mime.startsWith("multipart/")) return "multipart";
  if (mime === "text/html") return "HTML";
  if (mime === "text/plain") return "text";
  if (mime.startsWith("image/")) return `${mime.slice(6).replace("+xml", "").toUpperCase()} image`;
  return mime;
}
