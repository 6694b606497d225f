import { useRef } from "react";
import { ago } from "../../model/format";
import { isWorking, progressText, titleOfRun } from "../../model/runs";
import { useDesk } from "../../state/desk";
import { deleteRun, useProviders, useRuns } from "../../state/runs";
import { words } from "../../state/toasts";
import { Dialog, EmptyState, IconButton, TrashIcon } from "../parts";
import css from "./Batch.module.css";

/** The runs so far, the newest first. */
export function RunsDialog() {
  const desk = useDesk();
  const runs = useRuns();
  const providers = useProviders();
  const list = useRef<HTMLUListElement>(null);
  // The button that was pressed goes away: the focus stays in the list.
  const forget = (id: number) => {
    list.current?.focus();
    deleteRun(desk, id).catch(desk.toasts.fail);
  };
  return (
    <Dialog open onClose={desk.dialogs.close} title="Runs" size={680}>
      {runs.error && <EmptyState title="The runs cannot be read">{words(runs.error)}</EmptyState>}
      {runs.data?.length === 0 && (
        <EmptyState title="No runs as yet">
          Select several requests with Shift or Ctrl and a click, or pin some, and replay them: what came of
          each is kept here.
        </EmptyState>
      )}
      <ul className={css.runs} ref={list} tabIndex={-1} aria-label="Runs so far">
        {runs.data?.map((run) => (
          <li key={run.id}>
            <button type="button" onClick={() => desk.dialogs.open("run", { id: run.id })}>
              <span className={css.runTitle}>{titleOfRun(run, providers)}</span>
              <span className={css.dim}>
                Run {run.id} · {ago(run.createdAt, Date.now())} · {progressText(run)}
              </span>
            </button>
            <IconButton
              label={`Forget run ${run.id}`}
              icon={<TrashIcon size={14} />}
              disabled={isWorking(run)}
              onClick={() => forget(run.id)}
            />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
