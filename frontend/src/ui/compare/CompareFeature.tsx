import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { MessageRef } from "../../model/types";
import { useActions } from "../../state/actions";
import { useDesk } from "../../state/desk";
import { useDialog } from "../../state/dialogs";
import { reads } from "../../state/queries";
import { useStore } from "../../state/store";
import { Dialog } from "../parts";
import { CompareView } from "./CompareView";

/** D marks a request, D on another compares the two. */
export function CompareFeature() {
  const desk = useDesk();
  const args = useDialog("compare");
  const seq = useStore(desk.selection.store, (s) => s.seq);
  const marked = useStore(desk.selection.store, (s) => s.marked);

  useActions(
    () => [
      {
        id: "request.compare",
        title: marked === undefined ? "Mark to compare" : `Compare with #${marked}`,
        group: "Request",
        keys: ["d"],
        words: "diff difference changes",
        enabled: () => seq !== undefined,
        run: () => {
          if (seq === undefined) return;
          if (marked === undefined) {
            desk.selection.mark(seq);
            desk.toasts.show({
              about: "mark",
              text: `#${seq} is marked: choose another request and press D to compare`,
            });
          } else if (marked === seq) {
            desk.selection.mark(undefined);
            desk.toasts.show({ about: "mark", text: `#${seq} is no longer marked` });
          } else {
            const [left, right] = marked < seq ? [marked, seq] : [seq, marked];
            desk.selection.mark(undefined);
            desk.toasts.over("mark");
            desk.dialogs.open("compare", { left: { request: left }, right: { request: right } });
          }
        },
      },
    ],
    [desk, seq, marked],
  );
  const open = args !== undefined;
  useEffect(() => {
    if (!open) return;
    // Keys are quiet while a dialog is open; these two are what this one is for.
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "[" && event.key !== "]") return;
      if (event.defaultPrevented || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      desk.actions.run(event.key === "[" ? "compare.previous" : "compare.next");
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [desk, open]);
  if (!args) return null;
  return (
    <Dialog open onClose={desk.dialogs.close} title="Compare" size="min(1400px, 94vw)" tall>
      <WithMemory left={args.left} right={args.right} />
    </Dialog>
  );
}

/** The view with what was left out at this endpoint before. */
function WithMemory({ left, right }: { left: MessageRef; right: MessageRef }) {
  const desk = useDesk();
  const detail = useQuery({
    ...reads.detail(desk, right.request ?? 0),
    enabled: right.request !== undefined,
  });
  // Where it cannot be read, the view says so.
  if (detail.isLoading) return null;
  const memory = detail.data?.endpoint ?? "answers";
  return <CompareView left={left} right={right} memory={memory} />;
}
