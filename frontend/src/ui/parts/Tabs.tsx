import { type KeyboardEvent, type ReactNode, useRef } from "react";
import css from "./parts.module.css";

export interface TabItem<T extends string> {
  id: T;
  label: string;
  /** A count or mark behind the label. */
  extra?: ReactNode;
}

interface TabsProps<T extends string> {
  label: string;
  items: readonly TabItem<T>[];
  value: T;
  onChange(id: T): void;
  /** Prefix of the element ids: `${id}-tab-x` labels the panel `${id}-panel-x`. */
  id: string;
}

/** A tab list; render the panel with <TabPanel>. Arrow keys move, one tab stop. */
export function Tabs<T extends string>({ label, items, value, onChange, id }: TabsProps<T>) {
  const bar = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = items.findIndex((i) => i.id === value);
    const to = nextIndex(event.key, at, items.length);
    const item = to === undefined ? undefined : items[to];
    if (!item) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(item.id);
    bar.current?.querySelector<HTMLElement>(`#${CSS.escape(`${id}-tab-${item.id}`)}`)?.focus();
  };
  return (
    <div className={css.tabs} role="tablist" aria-label={label} ref={bar} onKeyDown={onKeyDown}>
      {items.map((item) => (
        <button
          key={item.id}
          type="button"
          role="tab"
          id={`${id}-tab-${item.id}`}
          aria-controls={item.id === value ? `${id}-panel-${item.id}` : undefined}
          aria-selected={item.id === value}
          tabIndex={item.id === value ? 0 : -1}
          className={css.tab}
          onClick={() => onChange(item.id)}
        >
          {item.label}
          {item.extra !== undefined && item.extra !== "" && (
            <span className={css.tabExtra}>{item.extra}</span>
          )}
        </button>
      ))}
    </div>
  );
}

export function TabPanel({
  id,
  tab,
  children,
  className,
}: {
  id: string;
  tab: string;
  children: ReactNode;
  className?: string;
}) {
  return (
    <div role="tabpanel" id={`${id}-panel-${tab}`} aria-labelledby={`${id}-tab-${tab}`} className={className}>
      {children}
    </div>
  );
}

export function nextIndex(key: string, at: number, count: number): number | undefined {
  if (key === "ArrowRight" || key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowLeft" || key === "ArrowUp") return (at - 1 + count) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return undefined;
}
