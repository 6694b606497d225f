// Verifying what was caught, and signing anew what is sent on.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { type Names, namesOf, type SigningInput } from "../model/signature";
import type { ReplayRequest } from "../model/types";
import { type Desk, useDesk } from "./desk";
import { useStore } from "./store";

type Read = Pick<Desk, "door">;

export const signing = {
  /** Refreshed with everything else about the request. */
  verdict: ({ door }: Read, seq: number) =>
    queryOptions({ queryKey: ["request", seq, "verdict"], queryFn: () => door.verdict(seq) }),
  /** Providers and schemes stay the same while the program runs. */
  known: ({ door }: Read) =>
    queryOptions({
      queryKey: ["signatures"],
      queryFn: () => door.signatures(),
      staleTime: Number.POSITIVE_INFINITY,
    }),
};

export const useSignatures = () => useQuery(signing.known(useDesk())).data;

export const useNames = (): Names => namesOf(useSignatures());

/** Saves how an endpoint's requests are signed; what shows verdicts reads them anew. */
export async function saveSigning(desk: Desk, slug: string, input: SigningInput): Promise<void> {
  await desk.door.changeSigning(slug, input);
  await refreshSigning(desk);
}

/** Reads endpoints and verdicts anew. */
export async function refreshSigning(desk: Desk): Promise<void> {
  await Promise.all([
    desk.queries.invalidateQueries({ queryKey: ["endpoints"] }),
    desk.queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[2] === "verdict" }),
  ]);
}

/** Whether to sign anew, as it was last chosen. */
export const useResign = (): boolean => useStore(useDesk().prefs, (p) => p.resign);

/** The order, signed anew where that was chosen and is possible. */
export async function withResign(desk: Desk, seq: number, order: ReplayRequest): Promise<ReplayRequest> {
  if (!desk.prefs.get().resign) return order;
  const { resign } = await desk.queries.fetchQuery({ ...signing.verdict(desk, seq), staleTime: 5_000 });
  return resign.possible ? { ...order, resign: true } : order;
}
