import { count } from "../../model/format";
import { doneOf, isWorking } from "../../model/runs";
import { useDesk } from "../../state/desk";
import { useRuns } from "../../state/runs";

/** The run that is at work, for the status bar; a press shows it. */
export function RunStatus({ className }: { className: string | undefined }) {
  const desk = useDesk();
  const working = (useRuns().data ?? []).filter(isWorking);
  const run = working[0];
  if (!run) return null;
  return (
    <button type="button" className={className} onClick={() => desk.dialogs.open("run", { id: run.id })}>
      {working.length > 1
        ? `${working.length} runs at work`
        : `Run ${run.id}: ${count(doneOf(run))} of ${count(run.total)}`}
    </button>
  );
}
