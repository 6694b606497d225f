// The door's client: one method for each route that the page uses. It speaks
// the shapes of model/types.ts; every failure is a DoorError with words.
import type * as t from "../model/types";
import { DoorError } from "../model/types";
import type { Session } from "./host";

type Query = Record<string, string | number | boolean | undefined>;

export interface ListQuery {
  filter?: string;
  before?: number;
  after?: number;
  offset?: number;
  limit?: number;
}

export type Door = ReturnType<typeof openDoor>;

/** Opens the door of that session. */
export function openDoor(session: Session) {
  async function send(method: string, path: string, query?: Query, body?: unknown, signal?: AbortSignal) {
    const url = new URL(`/api/v1${path}`, session.address);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined && value !== "") url.searchParams.set(name, String(value));
    }
    const headers: Record<string, string> = { Authorization: `Bearer ${session.token}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let answer: Response;
    try {
      answer = await fetch(url, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new DoorError(0, "Creel does not answer. It may have been closed.", "unreachable");
    }
    if (!answer.ok) throw await problem(answer);
    return answer;
  }
  async function json<T>(method: string, path: string, query?: Query, body?: unknown): Promise<T> {
    const answer = await send(method, path, query, body);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }
  async function bytes(path: string, signal?: AbortSignal): Promise<Uint8Array> {
    return new Uint8Array(await (await send("GET", path, undefined, undefined, signal)).arrayBuffer());
  }
  const id = encodeURIComponent;

  return {
    status: () => json<t.Status>("GET", "/status"),
    listen: (address?: string, remember?: boolean) =>
      json<t.Status>("POST", "/catch/listen", undefined, { address, remember }),

    list: (q: ListQuery) => json<t.RowPage>("GET", "/requests", { ...q }),
    changes: (after: number, epoch: number) => json<t.Changes>("GET", "/changes", { after, epoch }),
    detail: (seq: number) => json<t.Detail>("GET", `/requests/${seq}`),
    head: (seq: number, signal?: AbortSignal) => bytes(`/requests/${seq}/head`, signal),
    body: (seq: number, decoded = false, signal?: AbortSignal) =>
      bytes(`/requests/${seq}/body${decoded ? "?decoded=true" : ""}`, signal),
    mark: (seq: number, patch: t.MarksPatch) => json<t.Row>("PATCH", `/requests/${seq}`, undefined, patch),
    markAll: (filter: string, patch: t.MarksPatch) =>
      json<{ count: number }>("PATCH", "/requests", { filter }, patch),
    trash: (filter: string) => json<t.Trash>("DELETE", "/requests", { filter }),
    trashOne: (seq: number) => json<t.Trash>("DELETE", `/requests/${seq}`),
    restore: (trash: number) => json<{ count: number }>("POST", `/trash/${trash}/restore`),

    replay: (seq: number, what: t.ReplayRequest) =>
      json<t.Delivery[]>("POST", `/requests/${seq}/replay`, undefined, what),
    deliveries: (seq: number) => json<t.Delivery[]>("GET", `/requests/${seq}/deliveries`),
    retry: (delivery: string) => json<t.Delivery>("POST", `/deliveries/${id(delivery)}/retry`),
    cancel: (delivery: string) => json<t.Delivery>("POST", `/deliveries/${id(delivery)}/cancel`),
    attempt: (attempt: string) => json<t.AttemptDetail>("GET", `/attempts/${id(attempt)}`),
    /** The exact bytes of one side of an attempt, head and body apart. */
    attemptBytes: (attempt: string, side: "sent" | "answer", signal?: AbortSignal) =>
      bytes(`/attempts/${id(attempt)}/${side}`, signal),
    compare: (what: t.CompareRequest) => json<t.Comparison>("POST", "/compare", undefined, what),

    endpoints: () => json<t.Endpoint[]>("GET", "/endpoints"),
    addEndpoint: (e: t.EndpointInput) => json<t.Endpoint>("POST", "/endpoints", undefined, e),
    changeEndpoint: (slug: string, e: Partial<t.EndpointInput>) =>
      json<t.Endpoint>("PATCH", `/endpoints/${id(slug)}`, undefined, e),
    deleteEndpoint: (slug: string) => json<void>("DELETE", `/endpoints/${id(slug)}`),
    targets: () => json<t.Target[]>("GET", "/targets"),
    addTarget: (target: t.Target) => json<t.Target>("POST", "/targets", undefined, target),
    changeTarget: (name: string, target: Partial<t.Target>) =>
      json<t.Target>("PATCH", `/targets/${id(name)}`, undefined, target),
    deleteTarget: (name: string) => json<void>("DELETE", `/targets/${id(name)}`),

    samples: () => json<t.Sample[]>("GET", "/samples"),
    sendSample: (sample: string, endpoint?: string) =>
      json<{ seq: number; status: number }>("POST", "/samples", undefined, { id: sample, endpoint }),
    settings: () => json<t.Settings>("GET", "/settings"),
    changeSettings: (patch: t.SettingsPatch) => json<t.Settings>("PATCH", "/settings", undefined, patch),
  };
}

async function problem(answer: Response): Promise<DoorError> {
  try {
    const p = (await answer.json()) as {
      title?: string;
      detail?: string;
      kind?: string;
      field?: string;
      column?: number;
    };
    return new DoorError(answer.status, p.detail || p.title || answer.statusText, p.kind, p.field, p.column);
  } catch {
    return new DoorError(answer.status, `Creel answered ${answer.status} ${answer.statusText}`);
  }
}
