// Reads through the door, cached by react-query and refreshed by the live
// signal (state/sync.ts invalidates by these keys).
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import type { ReplyPreviewRequest } from "../model/types";
import { type Desk, useDesk } from "./desk";

type Read = Pick<Desk, "door">;

export type AttemptSide = "sent" | "answer";

export const reads = {
  status: ({ door }: Read) => queryOptions({ queryKey: ["status"], queryFn: () => door.status() }),
  endpoints: ({ door }: Read) => queryOptions({ queryKey: ["endpoints"], queryFn: () => door.endpoints() }),
  targets: ({ door }: Read) => queryOptions({ queryKey: ["targets"], queryFn: () => door.targets() }),
  settings: ({ door }: Read) => queryOptions({ queryKey: ["settings"], queryFn: () => door.settings() }),
  tls: ({ door }: Read) => queryOptions({ queryKey: ["tls"], queryFn: () => door.tls() }),
  filters: ({ door }: Read) => queryOptions({ queryKey: ["filters"], queryFn: () => door.filters() }),
  /** What a filter means stays the same: dates and ages are read by the door when it searches. */
  filterCheck: ({ door }: Read, filter: string) =>
    queryOptions({
      queryKey: ["filterCheck", filter],
      queryFn: ({ signal }) => door.checkFilter(filter, signal),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 60_000,
    }),
  samples: ({ door }: Read) =>
    queryOptions({
      queryKey: ["samples"],
      queryFn: () => door.samples(),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  handshakes: ({ door }: Read) =>
    queryOptions({
      queryKey: ["handshakes"],
      queryFn: () => door.handshakes(),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  /** What a reply would say; refreshed with the requests that it is tried on. */
  replyPreview: ({ door }: Read, body: ReplyPreviewRequest) =>
    queryOptions({
      queryKey: ["replyPreview", body],
      queryFn: ({ signal }) => door.previewReply(body, signal),
      placeholderData: keepPreviousData,
      retry: false,
      gcTime: 10_000,
    }),
  /** Marks and tallies change: refreshed by the signal. */
  detail: ({ door }: Read, seq: number) =>
    queryOptions({ queryKey: ["request", seq, "detail"], queryFn: () => door.detail(seq) }),
  /** Bytes never change. */
  head: ({ door }: Read, seq: number) =>
    queryOptions({
      queryKey: ["bytes", seq, "head"],
      queryFn: ({ signal }) => door.head(seq, signal),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  body: ({ door }: Read, seq: number, decoded = false) =>
    queryOptions({
      queryKey: ["bytes", seq, decoded ? "decoded" : "body"],
      queryFn: ({ signal }) => door.body(seq, decoded, signal),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 30_000,
    }),
  /** The body as far as it can be shown; decoded undoes its Content-Encoding. */
  bodyStart: ({ door }: Read, seq: number, most: number, decoded: boolean) =>
    queryOptions({
      queryKey: ["bytes", seq, "start", most, decoded],
      queryFn: ({ signal }) => door.bodyStart(seq, most, decoded, signal),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 30_000,
    }),
  /** The same of one side of an attempt. */
  attemptStart: ({ door }: Read, id: string, side: AttemptSide, most: number, decoded: boolean) =>
    queryOptions({
      queryKey: ["bytes", id, side, most, decoded],
      queryFn: ({ signal }) => door.attemptStart(id, side, most, decoded, signal),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 30_000,
    }),
  deliveries: ({ door }: Read, seq: number) =>
    queryOptions({ queryKey: ["request", seq, "deliveries"], queryFn: () => door.deliveries(seq) }),
  attempt: ({ door }: Read, id: string) =>
    queryOptions({
      queryKey: ["attempt", id],
      queryFn: () => door.attempt(id),
      staleTime: Number.POSITIVE_INFINITY,
    }),
};

export function useStatus() {
  return useQuery(reads.status(useDesk()));
}
export function useEndpoints() {
  return useQuery(reads.endpoints(useDesk()));
}
export function useTargets() {
  return useQuery(reads.targets(useDesk()));
}
export function useSettings() {
  return useQuery(reads.settings(useDesk()));
}
export function useFilters() {
  return useQuery(reads.filters(useDesk()));
}
