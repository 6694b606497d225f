import { type KeyboardEvent, useRef } from "react";
import css from "./parts.module.css";
import { nextIndex } from "./Tabs";

interface SegmentedProps<T extends string> {
  /** Accessible name of the group. */
  label: string;
  items: readonly { id: T; label: string; disabled?: boolean }[];
  value: T;
  onChange(id: T): void;
}

/** One choice of a few, side by side: a radio group with one tab stop. */
export function Segmented<T extends string>({ label, items, value, onChange }: SegmentedProps<T>) {
  const group = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const live = items.filter((i) => !i.disabled);
    const to = nextIndex(
      event.key,
      live.findIndex((i) => i.id === value),
      live.length,
    );
    const item = to === undefined ? undefined : live[to];
    if (!item) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(item.id);
    group.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(item.id)}"]`)?.focus();
  };
  return (
    <div className={css.segmented} role="radiogroup" aria-label={label} ref={group} onKeyDown={onKeyDown}>
      {items.map((item) => (
        // biome-ignore lint/a11y/useSemanticElements: a native radio cannot hold this look and focus
        <button
          key={item.id}
          type="button"
          role="radio"
          data-id={item.id}
          aria-checked={item.id === value}
          disabled={item.disabled}
          tabIndex={item.id === value ? 0 : -1}
          className={css.segment}
          onClick={() => onChange(item.id)}
        >
          {item.label}
        </button>
      ))}
    </div>
  );
}
