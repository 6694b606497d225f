import { useEffect } from "react";
import { useDesk } from "../../state/desk";
import { useStore } from "../../state/store";

/** While a dialog goes, how often and how many times it is looked where the focus ended. */
const LOOK_MS = 25;
const LOOKS = 12;

/** The list has the focus from the start, and whenever a closed dialog leaves it nowhere. */
export function useListFocus(focus: () => void): void {
  const { dialogs, list } = useDesk();
  const ready = useStore(list.view, (v) => v.ready);
  useEffect(() => {
    if (ready && document.activeElement === document.body) focus();
  }, [ready, focus]);
  useEffect(() => {
    let before: Element | null = null;
    let wasOpen = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (left: number) => {
      const at = document.activeElement;
      if (at === document.body) {
        if (before instanceof HTMLElement && before.isConnected) before.focus();
        if (document.activeElement === document.body) focus();
      } else if (left > 0 && at?.closest('[role="dialog"]')) timer = setTimeout(look, LOOK_MS, left - 1);
    };
    const leave = dialogs.store.subscribe(() => {
      const open = dialogs.store.get() !== undefined;
      clearTimeout(timer);
      if (open && !wasOpen) before = document.activeElement;
      if (!open) timer = setTimeout(look, LOOK_MS, LOOKS);
      wasOpen = open;
    });
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [dialogs, focus]);
}
