import { plural } from "../../model/format";
import type { RunForm } from "../../model/runform";
import { filterOf } from "../../model/scope";
import { simulatedAs } from "../../model/simulation";
import { useActions } from "../../state/actions";
import { deletePicked } from "../../state/commands";
import { type Desk, useDesk } from "../../state/desk";
import { useDialog } from "../../state/dialogs";
import { pinPicked } from "../../state/pins";
import { loopAgain, loopPinned, replayLoop, runReads } from "../../state/runs";
import { useStore } from "../../state/store";
import { BatchDialog } from "./BatchDialog";
import { RunDialog } from "./RunDialog";
import { RunsDialog } from "./RunsDialog";

/** Sends many requests, or one to many places, again and again, or as a provider would. */
export function BatchFeature() {
  const desk = useDesk();
  const seq = useStore(desk.selection.store, (s) => s.seq);
  const picked = useStore(desk.picks.store);
  const form = useDialog("batch");
  const run = useDialog("run");
  const runs = useDialog("runs");

  useActions(
    () => [...sendingActions(desk, seq, picked.size), ...pickActions(desk, picked.size)],
    [desk, seq, picked],
  );
  return (
    <>
      {form && <BatchDialog {...form} />}
      {run && <RunDialog id={run.id} key={run.id} />}
      {runs && <RunsDialog />}
    </>
  );
}

function sendingActions(desk: Desk, seq: number | undefined, picked: number) {
  const chosen = () => (picked > 0 ? desk.picks.seqs() : seq === undefined ? [] : [seq]);
  const open = (form: Partial<RunForm>) => {
    const seqs = chosen();
    desk.dialogs.open("batch", { what: { seqs }, requests: seqs.length, form });
  };
  const enabled = () => picked > 0 || seq !== undefined;
  return [
    {
      id: "request.sendMany",
      title: picked > 1 ? `Send the ${picked} selected…` : "Send to many…",
      group: "Request" as const,
      keys: ["m"],
      words: "several places targets fan out batch bulk",
      enabled,
      run: () => open({ how: "send" }),
    },
    {
      id: "request.simulate",
      title: "Simulate a provider's retries…",
      group: "Request" as const,
      words: "stripe github slack shopify schedule timeout deadline acknowledgement",
      enabled,
      run: async () => {
        const row = desk.list.rowOf(chosen()[0] ?? 0);
        const provider = simulatedAs(row?.provider, await desk.queries.fetchQuery(runReads.providers(desk)));
        open({ how: "simulate", provider, where: row?.last ? "last" : "places" });
      },
    },
    {
      id: "list.sendAll",
      title: "Send all in the list…",
      group: "List" as const,
      words: "batch bulk filter replay many",
      enabled: () => desk.list.length > 0,
      run: () => {
        const { known, exact } = desk.list.view.get();
        const { filter } = filterOf(desk.scope.get());
        desk.dialogs.open("batch", { what: { filter }, requests: exact ? known : undefined });
      },
    },
    {
      id: "loop.again",
      title: "Replay after my change, compare the answers",
      group: "Request" as const,
      keys: ["shift+r"],
      words: "loop again pinned regression repeat rerun",
      run: () => loopAgain(desk),
    },
    {
      id: "loop.pinned",
      title: "Replay the pinned requests, compare the answers",
      group: "Request" as const,
      words: "loop pinned set regression",
      run: () => loopPinned(desk),
    },
    {
      id: "runs.show",
      title: "Runs so far…",
      group: "Go to" as const,
      words: "batch results progress loop simulation history",
      run: () => desk.dialogs.open("runs", {}),
    },
  ];
}

/** What keys do while several requests are picked. */
function pickActions(desk: Desk, picked: number) {
  const group = "Request" as const;
  const seqs = () => desk.picks.seqs();
  const some = () => picked > 0;
  const several = picked === 0 ? "the selected requests" : plural(picked, "selected request");
  return [
    {
      id: "picks.clear",
      title: "Clear the selection",
      group,
      keys: ["escape"],
      quiet: true,
      enabled: some,
      run: desk.picks.clear,
    },
    {
      id: "picks.replay",
      title: `Replay ${several}`,
      group,
      keys: ["r"],
      quiet: picked === 0,
      enabled: some,
      run: () => replayLoop(desk, { seqs: seqs() }),
    },
    {
      id: "picks.compare",
      title: "Compare the two selected",
      group,
      keys: ["d"],
      quiet: picked !== 2,
      enabled: () => picked === 2,
      run: () => {
        const [left, right] = seqs();
        if (left === undefined || right === undefined) return;
        desk.dialogs.open("compare", { left: { request: left }, right: { request: right } });
      },
    },
    {
      id: "picks.pin",
      title: `Pin ${several}`,
      group,
      keys: ["p"],
      quiet: picked === 0,
      enabled: some,
      run: () => pinPicked(desk, seqs()),
    },
    {
      id: "picks.delete",
      title: `Delete ${several}`,
      group,
      keys: ["delete", "backspace"],
      quiet: picked === 0,
      enabled: some,
      run: () => deletePicked(desk, seqs()),
    },
  ];
}
