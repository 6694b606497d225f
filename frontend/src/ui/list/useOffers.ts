import { useCallback, useEffect, useRef, useState } from "react";
import type { FilterOffer } from "../../model/types";
import { useDesk } from "../../state/desk";

const WAIT_MS = 60;

export interface Offers {
  from: number;
  to: number;
  items: FilterOffer[];
  /** The one that Enter takes, -1 is none. */
  active: number;
  /** Whether something of them is typed already: Tab then takes the first. */
  begun: boolean;
}

/** What could come at the cursor, asked for while somebody types; the answer to older text is dropped. */
export function useOffers() {
  const { door } = useDesk();
  const [offers, setOffers] = useState<Offers>();
  const asking = useRef<{ timer: ReturnType<typeof setTimeout>; abort: AbortController }>(undefined);

  const close = useCallback(() => {
    clearTimeout(asking.current?.timer);
    asking.current?.abort.abort();
    asking.current = undefined;
    setOffers(undefined);
  }, []);
  useEffect(() => close, [close]);

  /** `wanted`: the person asked for them, not only typed. */
  const ask = useCallback(
    (text: string, cursor: number, wanted = false) => {
      clearTimeout(asking.current?.timer);
      asking.current?.abort.abort();
      const abort = new AbortController();
      const timer = setTimeout(
        async () => {
          try {
            const answer = await door.completeFilter(text, cursor, abort.signal);
            if (abort.signal.aborted) return;
            const items = answer.offers.filter((o) => o.text !== text.slice(answer.from, answer.to));
            const begun = cursor > answer.from;
            // All fields at once are in the way of the rows: they come only when wanted.
            const fits = wanted || begun || /[:.]/.test(text.charAt(answer.from - 1));
            setOffers(fits && items.length > 0 ? { ...answer, items, active: -1, begun } : undefined);
          } catch {
            // Nothing to offer; what is wrong is told by the search itself.
            if (!abort.signal.aborted) setOffers(undefined);
          }
        },
        wanted ? 0 : WAIT_MS,
      );
      asking.current = { timer, abort };
    },
    [door],
  );

  const setActive = useCallback((active: number) => setOffers((now) => now && { ...now, active }), []);
  const move = useCallback((by: 1 | -1) => {
    setOffers((now) => {
      if (!now) return now;
      // One place more than there are offers: the box itself, with none of them.
      const places = now.items.length + 1;
      return { ...now, active: ((now.active + 1 + by + places) % places) - 1 };
    });
  }, []);
  return { offers, ask, close, move, setActive };
}
