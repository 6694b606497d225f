import { useActions } from "../../state/actions";
import { useDesk } from "../../state/desk";

/** The keys of the list. */
export function useListActions(
  move: (by: number) => void,
  moveTo: (index: number) => void,
  extend: (by: number) => void,
  focus: () => void,
): void {
  const { selection, list } = useDesk();
  useActions(
    () => [
      { id: "list.next", title: "Next request", group: "List", keys: ["j"], quiet: true, run: () => move(1) },
      {
        id: "list.previous",
        title: "Previous request",
        group: "List",
        keys: ["k"],
        quiet: true,
        run: () => move(-1),
      },
      {
        id: "list.extendNext",
        title: "Select the next request, too",
        group: "List",
        keys: ["shift+j"],
        quiet: true,
        run: () => extend(1),
      },
      {
        id: "list.extendPrevious",
        title: "Select the previous request, too",
        group: "List",
        keys: ["shift+k"],
        quiet: true,
        run: () => extend(-1),
      },
      {
        id: "list.newest",
        title: "Newest request",
        group: "List",
        keys: ["g"],
        run: () => {
          list.showNew();
          moveTo(0);
        },
      },
      {
        id: "list.open",
        title: "Read the request",
        group: "List",
        keys: ["enter"],
        quiet: true,
        enabled: () => selection.store.get().seq !== undefined && !onControl(),
        run: () => document.getElementById("detail")?.focus(),
      },
      {
        id: "list.back",
        title: "Back to the list",
        group: "List",
        keys: ["escape"],
        quiet: true,
        run: focus,
      },
    ],
    [move, moveTo, extend, focus, selection, list],
  );
}

/** Enter on a control is the control's own. */
function onControl(): boolean {
  const focused = document.activeElement;
  return (
    focused !== null && focused.closest('button, a, summary, [role="tab"], [role="separator"], hr') !== null
  );
}
