import { type RefObject, useLayoutEffect, useState } from "react";

/** What is in view, and how far below the top edge of the scroller it began when scrollTop was at. */
interface Anchor {
  element: Element;
  top: number;
  at: number;
}

/**
 * Keeps what is in view where it is while things above it come, go or grow;
 * at the top it lets them show. WebKit does not anchor by itself, so the
 * scroller sets overflow-anchor to none and has it done here everywhere.
 * Anchors are the elements with data-anchor. It tells whether it is scrolled.
 */
export function useAnchor(scroller: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>) {
  const [scrolled, setScrolled] = useState(false);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box || !content.current) return;
    let anchor: Anchor | undefined;
    const edge = () => box.getBoundingClientRect().top;
    const remember = () => {
      setScrolled(box.scrollTop > 0);
      anchor = box.scrollTop > 0 ? inView(box, edge()) : undefined;
    };
    const hold = () => {
      if (!anchor?.element.isConnected) return remember();
      // What was scrolled meanwhile is kept; being cut to what is left is not scrolling.
      const scrolledBy = box.scrollTop - Math.min(anchor.at, box.scrollHeight - box.clientHeight);
      const top = anchor.top - scrolledBy;
      const by = anchor.element.getBoundingClientRect().top - edge() - top;
      if (Math.abs(by) >= 1) box.scrollTop += by;
      anchor = { element: anchor.element, top, at: box.scrollTop };
    };
    // A frame tells of scrolling before it tells of growth: what grew in the same one is held first.
    const scroll = () => {
      if (box.scrollTop > 0) hold();
      remember();
    };
    box.addEventListener("scroll", scroll, { passive: true });
    // It tells before the change is painted.
    const changes = new ResizeObserver(hold);
    changes.observe(content.current);
    return () => {
      box.removeEventListener("scroll", scroll);
      changes.disconnect();
    };
  }, [scroller, content]);
  return scrolled;
}

/** The first anchor that begins in view, else the last one above. */
function inView(box: HTMLElement, edge: number): Anchor | undefined {
  let found: Anchor | undefined;
  for (const element of box.querySelectorAll("[data-anchor]")) {
    found = { element, top: element.getBoundingClientRect().top - edge, at: box.scrollTop };
    if (found.top >= 0) return found;
  }
  return found;
}
