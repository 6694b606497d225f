import type { ReactNode } from "react";
import { createPortal } from "react-dom";

/** Puts the controls of a view into the line above it. */
export function Tools({ place, children }: { place: HTMLElement | null; children: ReactNode }) {
  return place ? createPortal(children, place) : null;
}
