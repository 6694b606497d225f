import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import css from "./parts.module.css";

interface SplitterProps {
  /** Accessible name: what it resizes. */
  label: string;
  /** Width in px of the pane before it. */
  value: number;
  min: number;
  max: number;
  onChange(width: number): void;
  /** Double click and Enter go back to this. */
  initial: number;
}

/** A vertical line to drag; arrow keys move it by 16 px. */
export function Splitter({ label, value, min, max, onChange, initial }: SplitterProps) {
  const start = useRef<{ x: number; value: number } | undefined>(undefined);
  const to = (width: number) => onChange(Math.round(Math.max(min, Math.min(max, width))));
  const onPointerDown = (event: PointerEvent<HTMLHRElement>) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, value };
  };
  const onPointerMove = (event: PointerEvent) => {
    if (start.current) to(start.current.value + event.clientX - start.current.x);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowLeft" ? -16 : event.key === "ArrowRight" ? 16 : 0;
    if (step !== 0) to(value + step);
    else if (event.key === "Home") to(min);
    else if (event.key === "End") to(max);
    else if (event.key === "Enter") to(initial);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <hr
      className={css.splitter}
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        start.current = undefined;
      }}
      onDoubleClick={() => to(initial)}
      onKeyDown={onKeyDown}
    />
  );
}
