import { useVirtualizer } from "@tanstack/react-virtual";
import { type HTMLAttributes, type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from "react";

export interface VirtualListHandle {
  scrollTo(index: number, align?: "auto" | "start" | "center" | "end"): void;
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
  onScrollTop?(top: number): void;
  overscan?: number;
  handle?: Ref<VirtualListHandle>;
}

/** A scrolling list that draws only the rows in view. Every row has the same height. */
export function VirtualList({
  count,
  rowHeight,
  row,
  onRange,
  onScrollTop,
  overscan = 8,
  handle,
  ...rest
}: VirtualListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
  });
  const items = virtual.getVirtualItems();
  const from = items[0]?.index ?? 0;
  const to = (items.at(-1)?.index ?? -1) + 1;
  useEffect(() => onRange?.(from, to), [onRange, from, to]);
  useImperativeHandle(handle, () => ({
    scrollTo: (index, align = "auto") => virtual.scrollToIndex(index, { align }),
    page: () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight)),
    element: () => scroller.current,
  }));
  return (
    <div
      {...rest}
      ref={scroller}
      style={{ overflow: "auto", ...rest.style }}
      onScroll={onScrollTop && ((event) => onScrollTop(event.currentTarget.scrollTop))}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {items.map((item) => (
          <div
            key={item.key}
            role="presentation"
            style={{
              position: "absolute",
              top: 0,
              left: 0,
              right: 0,
              height: rowHeight,
              transform: `translateY(${item.start}px)`,
            }}
          >
            {row(item.index)}
          </div>
        ))}
      </div>
    </div>
  );
}
