// Copying and saving parts of a request, as text only where they are text.
import { bytes } from "../../model/format";
import { decodeText, headText, mediaType, sniff } from "../../model/sniff";
import type { Detail, Status } from "../../model/types";
import type { Desk } from "../../state/desk";
import { reads } from "../../state/queries";
import type { BodySource } from "./body/source";

/** More than this is no longer something to paste. */
const MOST = 16_000_000;

async function bodyText(desk: Desk, detail: Detail): Promise<string> {
  if (detail.bodyBytes > MOST)
    throw new Error(`copy body: it has ${bytes(detail.bodyBytes)}; download it instead`);
  const body = await desk.queries.fetchQuery(reads.body(desk, detail.seq));
  const { text, lossy } = decodeText(body, sniff(detail.contentType, body).charset);
  if (lossy || text.includes("\0")) throw new Error("copy body: it is not text; download it instead");
  return text;
}

/** Copies the body as text; throws when it is not text. */
export async function copyBody(desk: Desk, detail: Detail): Promise<void> {
  await desk.host.copyText(await bodyText(desk, detail));
  desk.toasts.show({ text: `Copied the body of request #${detail.seq}` });
}

/** Copies request line, headers and body as they were sent. */
export async function copyHttp(desk: Desk, detail: Detail): Promise<void> {
  const head = await desk.queries.fetchQuery(reads.head(desk, detail.seq));
  const body = detail.bodyBytes === 0 ? "" : await bodyText(desk, detail);
  await desk.host.copyText(headText(head) + body);
  desk.toasts.show({ text: `Copied request #${detail.seq} as raw HTTP` });
}

/** The URL that the request was sent to. */
export function urlOf(desk: Desk, detail: Detail): string {
  if (/^https?:\/\//i.test(detail.target)) return detail.target;
  const status = desk.queries.getQueryData<Status>(reads.status(desk).queryKey);
  const origin = detail.host ? `http://${detail.host}` : (status?.catch.url ?? "");
  return origin + detail.target;
}

export async function copyUrlOf(desk: Desk, detail: Detail): Promise<void> {
  const url = urlOf(desk, detail);
  await desk.host.copyText(url);
  desk.toasts.show({ text: `Copied ${url}` });
}

const EXTENSIONS: Record<string, string> = {
  "application/json": "json",
  "application/xml": "xml",
  "text/xml": "xml",
  "text/html": "html",
  "text/plain": "txt",
  "text/csv": "csv",
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
  "application/pdf": "pdf",
  "application/zip": "zip",
  "application/gzip": "gz",
};

/** A name to save bytes under: "request-12.json"; "bin" for what is unknown. */
export function fileName(name: string, contentType: string): string {
  const { mime } = mediaType(contentType);
  const known = EXTENSIONS[mime] ?? (mime.endsWith("+json") ? "json" : mime.endsWith("+xml") ? "xml" : "bin");
  return `${name}.${known}`;
}

/** Saves what the door answers for that path, and says so. */
export async function save(desk: Desk, path: string, name: string): Promise<void> {
  try {
    if (await desk.host.saveFile(path, name)) desk.toasts.show({ text: `Saved ${name}` });
  } catch (error) {
    desk.toasts.fail(error);
  }
}

/** Saves a body as it was sent, or with its Content-Encoding undone. */
export function saveBody(desk: Desk, source: BodySource, decoded = false): Promise<void> {
  return save(desk, source.bodyPath(decoded), fileName(source.name, source.contentType));
}

/** Saves the whole request: head, body and trailer lines, byte for byte. */
export function saveRaw(desk: Desk, seq: number): Promise<void> {
  return save(desk, `/api/v1/requests/${seq}/raw`, `request-${seq}.http`);
}
