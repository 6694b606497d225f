import { useRef } from "react";
import { useActions } from "../../state/actions";
import { useDesk } from "../../state/desk";
import { useDialog } from "../../state/dialogs";
import { reads } from "../../state/queries";
import { lastWhere, retry, send } from "../../state/sending";
import { withResign } from "../../state/signing";
import { useStore } from "../../state/store";
import type { Draft } from "./draft";
import { EditDialog } from "./EditDialog";
import { ForwardDialog } from "./ForwardDialog";

/** Sends requests on: as they are, again, or edited. */
export function SendFeature() {
  const desk = useDesk();
  const seq = useStore(desk.selection.store, (s) => s.seq);
  const args = useDialog("send");
  // Unsent edits live as long as the window does.
  const drafts = useRef(new Map<number, Draft>());

  useActions(() => {
    const enabled = () => seq !== undefined;
    const withSeq = (run: (seq: number) => unknown) => () => (seq === undefined ? undefined : run(seq));
    const replay = async (at: number) => {
      const where = await lastWhere(desk, at);
      if (!where) return desk.dialogs.open("send", { seq: at, mode: "forward" });
      await send(desk, at, await withResign(desk, at, where));
    };
    const retryLast = async (at: number) => {
      const all = await desk.queries.fetchQuery({ ...reads.deliveries(desk, at), staleTime: 0 });
      const failed = all.find((d) => d.state === "failed" || d.state === "dead");
      if (!failed) throw new Error("retry: no delivery of this request has failed");
      await retry(desk, failed);
    };
    return [
      {
        id: "request.replay",
        title: "Replay to where it last went",
        group: "Request",
        keys: ["r"],
        words: "resend send again repeat retry redo rerun",
        enabled,
        run: withSeq(replay),
      },
      {
        id: "request.edit",
        title: "Edit and send…",
        group: "Request",
        keys: ["e"],
        words: "draft change modify tamper",
        enabled,
        run: withSeq((at) => desk.dialogs.open("send", { seq: at, mode: "edit" })),
      },
      {
        id: "request.forward",
        title: "Forward to…",
        group: "Request",
        keys: ["f"],
        words: "send target url proxy relay redirect pass on",
        enabled,
        run: withSeq((at) => desk.dialogs.open("send", { seq: at, mode: "forward" })),
      },
      {
        id: "request.retry",
        title: "Retry the failed delivery",
        group: "Request",
        words: "resend again",
        enabled,
        run: withSeq(retryLast),
      },
    ];
  }, [seq, desk]);

  return (
    <>
      {args?.mode === "forward" && <ForwardDialog seq={args.seq} />}
      {args?.mode === "edit" && <EditDialog seq={args.seq} drafts={drafts.current} key={args.seq} />}
    </>
  );
}
