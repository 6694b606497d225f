import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import {
  type HTMLAttributes,
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useReducer,
  useRef,
  useState,
} from "react";
import { flushSync } from "react-dom";
import { LongScroll } from "./longScroll";

export interface VirtualListHandle {
  scrollTo(index: number, align?: "auto" | "start" | "center"): void;
  /** Rows that fit. */
  page(): number;
  element(): HTMLDivElement | null;
}

interface VirtualListProps extends Omit<HTMLAttributes<HTMLDivElement>, "children" | "onScroll"> {
  count: number;
  /** Height of every row in px. */
  rowHeight: number;
  row(index: number): ReactNode;
  /** Called when other rows come into view; `to` is excluded. */
  onRange?(from: number, to: number): void;
  /** Called with the place in the list, in px from its start. */
  onScrollTop?(top: number): void;
  overscan?: number;
  handle?: Ref<VirtualListHandle>;
}

type List = Virtualizer<HTMLDivElement, Element>;

const REST_MS = 160;

/** A scrolling list of any length that draws only the rows in view. Every row has the same height. */
export function VirtualList(props: VirtualListProps) {
  const { count, rowHeight, row, onRange, onScrollTop, overscan = 8, handle, ...rest } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const [long] = useState(() => new LongScroll(0, 0));
  long.total = count * rowHeight;
  const told = useRef(onScrollTop);
  told.current = onScrollTop;

  const follow = useRef<() => void>(undefined);
  const [observe] = useState(() => (list: List, tell: (offset: number, scrolling: boolean) => void) => {
    const element = list.scrollElement;
    if (!element) return;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const onScroll = () => {
      long.view = element.clientHeight;
      const place = long.scrolled(element.scrollTop);
      tell(place, true);
      told.current?.(place);
      clearTimeout(rest);
      rest = setTimeout(() => {
        tell(place, false);
        if (long.shift === 0 && long.total <= long.height) return;
        const top = long.topFor(place);
        if (top === element.scrollTop) return;
        // Element and rows move by the same, in the same frame.
        flushSync(redraw);
        element.scrollTop = top;
      }, REST_MS);
    };
    follow.current = onScroll;
    onScroll();
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      clearTimeout(rest);
      element.removeEventListener("scroll", onScroll);
    };
  });

  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    observeElementOffset: observe,
    scrollToFn: () => undefined,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a list that got shorter may end above
  useEffect(() => {
    if (long.shift !== 0) follow.current?.();
  }, [count, long]);
  const items = virtual.getVirtualItems();
  const from = items[0]?.index ?? 0;
  const to = (items.at(-1)?.index ?? -1) + 1;
  useEffect(() => onRange?.(from, to), [onRange, from, to]);
  useImperativeHandle(handle, () => ({
    scrollTo(index, align = "auto") {
      const element = scroller.current;
      if (!element) return;
      long.view = element.clientHeight;
      const place = element.scrollTop + long.shift;
      const start = index * rowHeight;
      const last = start + rowHeight - long.view;
      let goal = place;
      if (align === "start") goal = start;
      else if (align === "center") goal = Math.round((start + last) / 2);
      else if (start < place) goal = start;
      else if (last > place) goal = last;
      if (goal === place) return;
      element.scrollTop = long.topFor(goal);
      // A move smaller than a pixel of the element makes no event.
      follow.current?.();
    },
    page: () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight)),
    element: () => scroller.current,
  }));
  return (
    <div {...rest} ref={scroller} style={{ overflow: "auto", ...rest.style }}>
      <div role="presentation" style={{ height: long.height, position: "relative" }}>
        {items.map((item) => (
          <div
            key={item.key}
            role="presentation"
            style={{
              position: "absolute",
              top: item.start - long.shift,
              left: 0,
              right: 0,
              height: rowHeight,
            }}
          >
            {row(item.index)}
          </div>
        ))}
      </div>
    </div>
  );
}
