// Copying and saving parts of a request, as text only where they are text.
import { bytes } from "../../model/format";
import { decodeText, headText, mediaType, sniff } from "../../model/sniff";
import type { Detail, Status } from "../../model/types";
import type { Desk } from "../../state/desk";
import { reads } from "../../state/queries";

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

/** A name to save a body under: "request-12.json"; "bin" for what is unknown. */
export function fileName(seq: number, contentType: string): string {
  const { mime } = mediaType(contentType);
  const known = EXTENSIONS[mime] ?? (mime.endsWith("+json") ? "json" : mime.endsWith("+xml") ? "xml" : "bin");
  return `request-${seq}.${known}`;
}

/** Saves the body as it was sent, or with its Content-Encoding undone. */
export async function saveBody(desk: Desk, detail: Detail, decoded = false): Promise<void> {
  const name = fileName(detail.seq, detail.contentType);
  const query = decoded ? "?decoded=true" : "";
  try {
    const saved = await desk.host.saveFile(`/api/v1/requests/${detail.seq}/body${query}`, name);
    if (saved) desk.toasts.show({ text: `Saved ${name}` });
  } catch (error) {
    desk.toasts.fail(error);
  }
}
