import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { count } from "../../model/format";
import {
  canResume,
  doneOf,
  isFan,
  isWorking,
  leftOf,
  progressText,
  repeatsText,
  titleOfRun,
} from "../../model/runs";
import type { Run, RunItem } from "../../model/types";
import { useDesk } from "../../state/desk";
import { cancelRun, copyRun, type Only, repeatRun, resumeRun, useProviders, useRun } from "../../state/runs";
import { words } from "../../state/toasts";
import { Button, CopyButton, Dialog, EmptyState, Segmented } from "../parts";
import css from "./Batch.module.css";
import { FanView } from "./FanView";
import { ItemPane } from "./ItemPane";
import { ItemTable } from "./ItemTable";
import { Timeline } from "./Timeline";

/** A run: how far it is, what came of each sending, and what changed. */
export function RunDialog({ id }: { id: number }) {
  const desk = useDesk();
  const query = useRun(id);
  const run = query.data;
  useStepKeys();
  const repeating = useRef(false);
  // A second press before the first has led to the new run would begin two.
  const again = () => {
    if (repeating.current) return;
    repeating.current = true;
    repeatRun(desk, id)
      .catch(desk.toasts.fail)
      .finally(() => {
        repeating.current = false;
      });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key.toLowerCase() !== "r" || !plain || event.target instanceof HTMLInputElement) return;
    if (!run || isWorking(run)) return;
    event.preventDefault();
    again();
  };
  return (
    <Dialog open onClose={desk.dialogs.close} title={`Run ${id}`} size="min(1360px, 94vw)" tall>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the shortcut of the button, for the whole dialog */}
      <div className={css.run} onKeyDown={onKeyDown}>
        {query.error && <EmptyState title="This run cannot be shown">{words(query.error)}</EmptyState>}
        {run && <Shown run={run} onAgain={again} />}
      </div>
    </Dialog>
  );
}

/** Keys are quiet while a dialog is open; these two step through a comparison. */
function useStepKeys(): void {
  const desk = useDesk();
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "[" && event.key !== "]") return;
      if (event.defaultPrevented || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      desk.actions.run(event.key === "[" ? "compare.previous" : "compare.next");
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [desk]);
}

function Shown({ run, onAgain }: { run: Run; onAgain: () => void }) {
  const desk = useDesk();
  const providers = useProviders();
  const [only, setOnly] = useState<Only>("");
  const [item, setItem] = useState<RunItem>();
  const fan = isFan(run);
  const simulation = run.order.simulate !== undefined;
  const act = (what: Promise<unknown>) => void what.catch(desk.toasts.fail);
  // The chosen one stays in reach of the keyboard, however few it has become.
  const off = (id: Only, there: number) => there === 0 && id !== only;
  const filters: { id: Only; label: string; disabled: boolean }[] = [
    { id: "", label: `All ${count(run.total)}`, disabled: false },
    { id: "changed", label: `Changed ${count(run.changed)}`, disabled: off("changed", run.changed) },
    ...(run.repeats
      ? [
          {
            id: "unlike" as const,
            label: `Not as the first ${count(run.repeats.unlike)}`,
            disabled: off("unlike", run.repeats.unlike),
          },
        ]
      : []),
    { id: "failed", label: `Failed ${count(run.failed)}`, disabled: off("failed", run.failed) },
    { id: "pending", label: `Not sent ${count(leftOf(run))}`, disabled: off("pending", leftOf(run)) },
  ];
  return (
    <>
      <div className={css.runHead}>
        <div className={css.runAbout}>
          <h3>{titleOfRun(run, providers)}</h3>
          <Progress run={run} />
        </div>
        <CopyButton small label="Copy results" onCopy={() => copyRun(desk, run, only)} />
        {isWorking(run) && (
          <Button small onClick={() => act(cancelRun(desk, run.id))}>
            Cancel
          </Button>
        )}
        {canResume(run) && (
          <Button small onClick={() => act(resumeRun(desk, run.id))}>
            Go on with {count(leftOf(run))}
          </Button>
        )}
        <Button small look="primary" kbd="R" disabled={isWorking(run)} onClick={onAgain}>
          Run again
        </Button>
      </div>
      {!fan && !simulation && (
        <div className={css.runTools}>
          <Segmented<Only> label="Which results" items={filters} value={only} onChange={setOnly} />
        </div>
      )}
      {fan ? (
        <FanView run={run} />
      ) : (
        <div className={css.runBody} data-open={item !== undefined || undefined}>
          {simulation ? (
            <Timeline run={run} chosen={item?.n} onChoose={setItem} />
          ) : (
            <ItemTable run={run} only={only} chosen={item?.n} onChoose={setItem} key={only} />
          )}
          {item && <ItemPane run={run} chosen={item} key={item.n} onClose={() => setItem(undefined)} />}
        </div>
      )}
    </>
  );
}

function Progress({ run }: { run: Run }) {
  const done = doneOf(run);
  const repeats = repeatsText(run);
  const percent = run.total === 0 ? 0 : Math.floor((100 * done) / run.total);
  return (
    <>
      <p className={css.state} role="status">
        {progressText(run)}
      </p>
      {repeats && (
        <p className={css.repeats} data-tone={repeats.tone}>
          {repeats.text}
        </p>
      )}
      {run.reason && <p className={css.reason}>{run.reason}</p>}
      {isWorking(run) && (
        <div
          className={css.progress}
          role="progressbar"
          aria-label="Progress"
          aria-valuenow={percent}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <i style={{ width: `${percent}%` }} />
        </div>
      )}
    </>
  );
}
