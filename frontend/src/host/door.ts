// The door's client: one method for each route that the page uses, over types
// generated from openapi.json (`npm run types`), which check routes and bodies.
// It answers in the shapes of model/types.ts; host/drift.ts does not compile
// when those and the door's drift apart. Every failure is a DoorError.
import createClient from "openapi-fetch";
import type { Signatures, SigningInput, Verdict } from "../model/signature";
import type * as t from "../model/types";
import { type Answered, at, content, done, ok, reach, start } from "./answers";
import type { Session } from "./host";
import type { paths } from "./schema";

export interface ListQuery {
  filter?: string;
  before?: number;
  after?: number;
  offset?: number;
  limit?: number;
}

/** A stretch of a run's items, in the order of sending. */
export interface RunItemQuery {
  after?: number;
  offset?: number;
  limit?: number;
  only?: "failed" | "changed" | "unlike" | "pending";
}

type Side = "sent" | "answer";

export type Door = ReturnType<typeof openDoor>;

/** Opens the door of that session. */
export function openDoor(session: Session) {
  const client = createClient<paths>({
    baseUrl: session.address,
    headers: { Authorization: `Bearer ${session.token}` },
    fetch: reach,
  });
  const { GET, POST, PUT, PATCH, DELETE } = client;
  const bytes = async (call: Promise<Answered>) =>
    new Uint8Array((await content<ArrayBuffer>(call)) ?? new ArrayBuffer(0));

  return {
    status: (): Promise<t.Status> => ok(GET("/api/v1/status")),
    /** Opens the catch port at that address, the wanted one when absent. */
    listen: (address?: string, remember = false): Promise<t.Status["catch"]> =>
      ok(POST("/api/v1/listen", { body: { address, remember } })),
    tls: (): Promise<t.TlsStatus> => ok(GET("/api/v1/tls")),
    /** Opens HTTPS there; an empty address turns it off. */
    listenTls: (body: t.TlsRequest): Promise<t.TlsStatus> => ok(POST("/api/v1/tls", { body })),

    list: (query: ListQuery, signal?: AbortSignal): Promise<t.RowPage> =>
      ok(GET("/api/v1/requests", { params: { query }, signal })),
    /** One step of counting; `before` is the next of the step before, 0 begins. */
    count: (filter: string, before: number, signal?: AbortSignal): Promise<t.Count> =>
      ok(GET("/api/v1/requests/count", { params: { query: { filter, before } }, signal })),
    checkFilter: (filter: string, signal?: AbortSignal): Promise<t.FilterCheck> =>
      ok(GET("/api/v1/filter/check", { params: { query: { filter } }, signal })),
    /** What could come at the cursor, which is in UTF-16 units. */
    completeFilter: (filter: string, cursor: number, signal?: AbortSignal): Promise<t.FilterCompletion> =>
      ok(GET("/api/v1/filter/complete", { params: { query: { filter, cursor } }, signal })),
    filters: (): Promise<t.SavedFilter[]> => ok(GET("/api/v1/filters")),
    putFilters: (body: t.SavedFilter[]): Promise<t.SavedFilter[]> => ok(PUT("/api/v1/filters", { body })),
    changes: (after: number, epoch: number): Promise<t.Changes> =>
      ok(GET("/api/v1/changes", { params: { query: { after, epoch } } })),
    detail: (seq: number): Promise<t.Detail> => ok(GET("/api/v1/requests/{seq}", at({ seq }))),
    /** The exact bytes of request line and headers. */
    head: (seq: number, signal?: AbortSignal): Promise<Uint8Array> =>
      bytes(GET("/api/v1/requests/{seq}/head", { ...at({ seq }), signal, parseAs: "arrayBuffer" })),
    /** The exact bytes of the body; decoded undoes its Content-Encoding. */
    body: (seq: number, decoded = false, signal?: AbortSignal): Promise<Uint8Array> =>
      bytes(
        GET("/api/v1/requests/{seq}/body", {
          ...at({ seq }, { decoded }),
          signal,
          parseAs: "arrayBuffer",
        }),
      ),
    /** The same, at most its first `most` bytes: what follows is not read. */
    bodyStart: async (
      seq: number,
      most: number,
      decoded = false,
      signal?: AbortSignal,
    ): Promise<{ bytes: Uint8Array<ArrayBuffer>; whole: boolean }> => {
      const options = { ...at({ seq }, { decoded }), signal, parseAs: "stream" as const };
      return start(await content<ReadableStream>(GET("/api/v1/requests/{seq}/body", options)), most);
    },
    mark: (seq: number, body: t.MarksPatch): Promise<t.Row> =>
      ok(PATCH("/api/v1/requests/{seq}", { ...at({ seq }), body })),
    markAll: (filter: string, body: t.MarksPatch): Promise<{ count: number }> =>
      ok(PATCH("/api/v1/requests", { params: { query: { filter } }, body })),
    /** Moves what matches to the trash, up to that seq. */
    trash: (filter: string, upTo?: number): Promise<t.Trash> =>
      ok(DELETE("/api/v1/requests", { params: { query: { filter, upTo } } })),
    trashOne: (seq: number): Promise<t.Trash> => ok(DELETE("/api/v1/requests/{seq}", at({ seq }))),
    restore: (id: number): Promise<{ count: number }> => ok(POST("/api/v1/trash/{id}/restore", at({ id }))),

    replay: (seq: number, body: t.ReplayRequest): Promise<t.Delivery[]> =>
      ok(POST("/api/v1/requests/{seq}/replay", { ...at({ seq }), body })),
    deliveries: (seq: number): Promise<t.Delivery[]> =>
      ok(GET("/api/v1/requests/{seq}/deliveries", at({ seq }))),
    retry: (id: string): Promise<t.Delivery> => ok(POST("/api/v1/deliveries/{id}/retry", at({ id }))),
    redrive: (body: t.RedriveRequest): Promise<t.Redriven> =>
      ok(POST("/api/v1/deliveries/redrive", { body })),
    cancel: (id: string): Promise<t.Delivery> => ok(POST("/api/v1/deliveries/{id}/cancel", at({ id }))),
    attempt: (id: string): Promise<t.AttemptDetail> => ok(GET("/api/v1/attempts/{id}", at({ id }))),
    /** The body of one side of an attempt, at most its first `most` bytes. */
    attemptStart: async (
      id: string,
      side: Side,
      most: number,
      decoded = false,
      signal?: AbortSignal,
    ): Promise<{ bytes: Uint8Array<ArrayBuffer>; whole: boolean }> => {
      const options = {
        ...at({ id }, { part: "body" as const, decoded }),
        signal,
        parseAs: "stream" as const,
      };
      const call =
        side === "sent"
          ? GET("/api/v1/attempts/{id}/sent", options)
          : GET("/api/v1/attempts/{id}/answer", options);
      return start(await content<ReadableStream>(call), most);
    },
    startRun: (body: t.RunRequest): Promise<t.Run> => ok(POST("/api/v1/runs", { body })),
    runs: (): Promise<t.Run[]> => ok(GET("/api/v1/runs")),
    run: (id: number): Promise<t.Run> => ok(GET("/api/v1/runs/{id}", at({ id }))),
    runItems: (id: number, query: RunItemQuery, signal?: AbortSignal): Promise<t.RunItem[]> =>
      ok(GET("/api/v1/runs/{id}/items", { ...at({ id }, query), signal })),
    cancelRun: (id: number): Promise<t.Run> => ok(POST("/api/v1/runs/{id}/cancel", at({ id }))),
    resumeRun: (id: number): Promise<t.Run> => ok(POST("/api/v1/runs/{id}/resume", at({ id }))),
    deleteRun: (id: number): Promise<void> => done(DELETE("/api/v1/runs/{id}", at({ id }))),
    simulatedProviders: (): Promise<t.SimulatedProvider[]> => ok(GET("/api/v1/simulated-providers")),
    /** Runs a transform on a kept request; nothing is sent. */
    tryTransform: (body: t.TransformTrial, signal?: AbortSignal): Promise<t.TransformTried> =>
      ok(POST("/api/v1/transforms/try", { body, signal })),
    compare: (body: t.CompareRequest): Promise<t.Comparison> => ok(POST("/api/v1/compare", { body })),

    handshakes: (): Promise<t.Handshake[]> => ok(GET("/api/v1/handshakes")),
    /** What a reply would say to the endpoint's newest request. */
    previewReply: (body: t.ReplyPreviewRequest, signal?: AbortSignal): Promise<t.ReplyPreview> =>
      ok(POST("/api/v1/replies/preview", { body, signal })),
    /** Confirms the AWS SNS subscription that a request asks for. */
    confirm: (seq: number): Promise<t.Delivery> => ok(POST("/api/v1/requests/{seq}/confirm", at({ seq }))),
    endpoints: (): Promise<t.Endpoint[]> => ok(GET("/api/v1/endpoints")),
    addEndpoint: (body: t.EndpointInput): Promise<t.Endpoint> => ok(POST("/api/v1/endpoints", { body })),
    changeEndpoint: (slug: string, body: Partial<t.EndpointInput>): Promise<t.Endpoint> =>
      ok(PATCH("/api/v1/endpoints/{slug}", { ...at({ slug }), body })),
    /** How an endpoint's requests are signed; fields left out stay. */
    changeSigning: (slug: string, body: SigningInput): Promise<t.Endpoint> =>
      ok(PATCH("/api/v1/endpoints/{slug}", { ...at({ slug }), body })),
    /** What verifying a request by its endpoint's secret finds. */
    verdict: (seq: number): Promise<Verdict> => ok(GET("/api/v1/requests/{seq}/verdict", at({ seq }))),
    /** The same by another secret or scheme, which is not kept. */
    tryVerdict: (seq: number, body: SigningInput): Promise<Verdict> =>
      ok(POST("/api/v1/requests/{seq}/verdict", { ...at({ seq }), body })),
    signatures: (): Promise<Signatures> => ok(GET("/api/v1/signatures")),
    deleteEndpoint: (slug: string): Promise<void> => done(DELETE("/api/v1/endpoints/{slug}", at({ slug }))),
    targets: (): Promise<t.Target[]> => ok(GET("/api/v1/targets")),
    addTarget: (body: t.Target): Promise<t.Target> => ok(POST("/api/v1/targets", { body })),
    changeTarget: (name: string, body: Partial<t.Target>): Promise<t.Target> =>
      ok(PATCH("/api/v1/targets/{name}", { ...at({ name }), body })),
    tryTarget: (name: string): Promise<t.Target> => ok(POST("/api/v1/targets/{name}/try", at({ name }))),
    deleteTarget: (name: string): Promise<void> => done(DELETE("/api/v1/targets/{name}", at({ name }))),

    samples: (): Promise<t.Sample[]> => ok(GET("/api/v1/samples")),
    previewSample: (id: string, endpoint: string, seed?: string): Promise<t.SampleMessage> =>
      ok(GET("/api/v1/samples/{id}", at({ id }, { endpoint, seed }))),
    sendSample: (body: t.SampleRequest): Promise<t.SampleSent> => ok(POST("/api/v1/samples", { body })),
    settings: (): Promise<t.Settings> => ok(GET("/api/v1/settings")),
    changeSettings: (body: t.SettingsPatch): Promise<t.Settings> => ok(PATCH("/api/v1/settings", { body })),
  };
}
