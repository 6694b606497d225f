/**
 * Gives the focus to the button that moves a line on in that direction; at the
 * end of the way to the one that moves it back. Buttons carry data-move.
 */
export function focusMover(line: Element | undefined, way: "up" | "down"): void {
  const button = (to: string) => line?.querySelector<HTMLButtonElement>(`[data-move="${to}"]:not(:disabled)`);
  (button(way) ?? button(way === "up" ? "down" : "up"))?.focus();
}
