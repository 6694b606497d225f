import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Row, TransformTrial, TransformTried } from "../../../model/types";
import { useDesk } from "../../../state/desk";
import { words } from "../../../state/toasts";

/** Where what is transformed would be sent, as the form has it now. */
export type TrialTarget = Omit<TransformTrial, "source" | "request">;

/** The value as it was when it last rested for so long. */
function useResting<T>(value: T, ms: number): T {
  const [resting, setResting] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setResting(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return resting;
}

export interface Trial {
  tried: TransformTried | undefined;
  /** Why it could not be tried. */
  problem: string | undefined;
  /** What is shown is of an earlier source or request. */
  old: boolean;
}

/** What the source makes of a request, tried anew shortly after each change. */
export function useTrial(source: string, request: number | undefined, target: TrialTarget): Trial {
  const desk = useDesk();
  const resting = useResting(source, 200);
  const asked = { ...target, source: resting, request: request ?? 0 };
  const query = useQuery({
    queryKey: ["transform", asked],
    queryFn: ({ signal }) => desk.door.tryTransform(asked, signal),
    enabled: request !== undefined && resting.trim() !== "",
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return {
    tried: query.data,
    problem: query.error ? words(query.error) : undefined,
    old: resting !== source || query.isFetching,
  };
}

/** The newest requests that a transform could be tried on: of the endpoints that forward to the target, else of all. */
export function useRecent(target: string | undefined): Row[] | undefined {
  const desk = useDesk();
  const recent = useQuery({
    queryKey: ["transform", "recent", target],
    queryFn: async ({ signal }) => {
      const endpoints = await desk.door.endpoints();
      const from = endpoints.filter((e) => target !== undefined && e.targets.includes(target));
      const filter = from.map((e) => `endpoint:${e.slug}`).join(" OR ");
      const page = filter === "" ? undefined : await desk.door.list({ filter, limit: 30 }, signal);
      if (page && page.items.length > 0) return page.items;
      return (await desk.door.list({ limit: 30 }, signal)).items;
    },
    gcTime: 0,
  });
  return recent.data;
}
