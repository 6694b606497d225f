import { useEffect } from "react";
import { comboOf } from "../../model/keys";
import { useDesk } from "../../state/desk";

/** Turns key presses anywhere on the page into actions. */
export function useKeys(): void {
  const { actions, dialogs, mac } = useDesk();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const combo = comboOf(event, mac);
      if (combo === "") return;
      const busy = dialogs.store.get() !== undefined || isTaken(event.target);
      const action = actions.forKey(combo, busy);
      if (!action) return;
      event.preventDefault();
      actions.run(action.id);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [actions, dialogs, mac]);
}

/** Whether what has the focus wants letters for itself. */
function isTaken(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target.closest('[role="menu"], [role="dialog"], [role="combobox"]')) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
