import { lazy, Suspense, useState } from "react";
import { Button, Dialog, EmptyState, inputClass, Kbd } from "../../parts";
import { EXAMPLES, START } from "./examples";
import { Preview } from "./Preview";
import { RequestPicker } from "./RequestPicker";
import { Shape } from "./Shape";
import css from "./Transform.module.css";
import { type TrialTarget, useRecent, useTrial } from "./useTrial";

const ScriptEditor = lazy(() => import("./ScriptEditor"));

export interface TransformDialogProps {
  source: string;
  onChange(source: string): void;
  /** Goes back to the target's form. */
  onClose(): void;
  target: TrialTarget;
}

/** Writes a transform, with what it makes of a request beside it. */
export function TransformDialog({ source, onChange, onClose, target }: TransformDialogProps) {
  const recent = useRecent(target.target);
  const [chosen, setChosen] = useState<number>();
  const [help, setHelp] = useState(false);
  const request = chosen ?? recent?.[0]?.seq;
  const { tried, problem, old } = useTrial(source, request, target);
  const error = tried?.error;
  return (
    <Dialog
      open
      onClose={onClose}
      title={target.target ? `Transform for ${target.target}` : "Transform"}
      size="min(1320px, 96vw)"
      tall
      footer={
        <>
          {source.trim() !== "" && (
            <Button
              onClick={() => {
                onChange("");
                onClose();
              }}
            >
              Remove transform
            </Button>
          )}
          <span className={css.note}>
            <Kbd>Tab</Kbd> leaves the editor, <Kbd>Ctrl ]</Kbd> indents. It is kept when the target is saved.
          </span>
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <div className={css.columns}>
        <section className={css.column} aria-label="Source">
          <div className={css.bar}>
            <select
              className={inputClass}
              aria-label="Begin with an example"
              value=""
              onChange={(e) => {
                const example = EXAMPLES.find((x) => x.id === e.currentTarget.value);
                if (example) onChange(example.source);
              }}
            >
              <option value="">Begin with an example…</option>
              {EXAMPLES.map((example) => (
                <option key={example.id} value={example.id}>
                  {example.title}
                </option>
              ))}
            </select>
            <Button small look="quiet" aria-expanded={help} onClick={() => setHelp(!help)}>
              What it gets and returns
            </Button>
          </div>
          {help && <Shape />}
          <Suspense fallback={<div className={css.editor} />}>
            <ScriptEditor
              label="Source of the transform"
              source={source}
              onChange={onChange}
              error={old ? undefined : error}
            />
          </Suspense>
          {error && (
            <p className={css.wrong} role="status">
              {error.line ? <b>Line {error.line}: </b> : null}
              {error.text}
            </p>
          )}
        </section>
        <section className={css.column} aria-label="Preview">
          <div className={css.bar}>
            <RequestPicker recent={recent ?? []} value={request} onChange={setChosen} />
          </div>
          {recent && request === undefined ? (
            <EmptyState title="No request to try it on">
              Save the target, then catch a request or send a sample: what would be sent of it shows here.
            </EmptyState>
          ) : problem ? (
            <p className={css.wrong} role="status">
              {problem}
            </p>
          ) : source.trim() === "" ? (
            <EmptyState
              title="Nothing is changed"
              actions={<Button onClick={() => onChange(START)}>Begin with an empty function</Button>}
            >
              Write a function, or begin with an example.
            </EmptyState>
          ) : (
            tried && <Preview key={request} tried={tried} old={old} />
          )}
        </section>
      </div>
    </Dialog>
  );
}
