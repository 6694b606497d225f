import { useEffect, useRef } from "react";
import { count } from "../../model/format";
import { Kbd } from "../parts";
import css from "./Filter.module.css";
import type { Offers } from "./useOffers";

interface OfferListProps {
  id: string;
  offers: Offers;
  onTake(index: number): void;
  onActive(index: number): void;
}

/** The popup of what could come next. The focus stays in the box. */
export function OfferList({ id, offers, onTake, onActive }: OfferListProps) {
  const { items, active, begun } = offers;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  // What Tab takes shows its key.
  const tab = active >= 0 ? active : begun ? 0 : -1;
  return (
    <div className={css.offers} id={id} role="listbox" aria-label="What could come next" ref={list}>
      {items.map((offer, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the box has the focus and takes the keys
        <div
          key={offer.text}
          id={`${id}-${i}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === active}
          className={css.offer}
          // The box keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onMouseMove={() => active !== i && onActive(i)}
          onClick={() => onTake(i)}
        >
          <span className={css.offerText} title={offer.text}>
            {offer.text}
          </span>
          {offer.doc && <span className={css.offerDoc}>{offer.doc}</span>}
          {offer.count !== undefined && (
            <span className={css.offerCount}>
              {count(offer.count)}
              <span className="visually-hidden"> requests</span>
            </span>
          )}
          {i === tab && <Kbd>{active >= 0 ? "Enter" : "Tab"}</Kbd>}
        </div>
      ))}
    </div>
  );
}
