import { type KeyboardEvent, useEffect, useId, useRef } from "react";
import { byProvider } from "../../model/samples";
import type { Sample } from "../../model/types";
import { inputClass } from "../parts";
import { SampleEditor } from "./SampleEditor";
import css from "./Samples.module.css";
import type { Drafts } from "./useDrafts";

interface PickerProps {
  /** The endpoint that it would be sent to. */
  to: string;
  query: string;
  onQuery(text: string): void;
  found: readonly Sample[];
  /** How many there are in all. */
  all: number;
  sample: Sample | undefined;
  onPick(sample: Sample): void;
  onSend(sample: Sample, stay: boolean): void;
  onSearchKey(event: KeyboardEvent): void;
  drafts: Drafts;
  loading: boolean;
  failed: string | undefined;
}

/** The samples by provider, and the one in hand to be looked at and edited. */
export function Picker(props: PickerProps) {
  const { to, query, onQuery, found, all, sample, onPick, onSend, onSearchKey, drafts, loading, failed } =
    props;
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (sample) list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [sample]);
  const onEditorKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !sample) return;
    event.preventDefault();
    onSend(sample, true);
  };
  return (
    <div className={css.picker}>
      <div className={css.left}>
        <input
          className={inputClass}
          role="combobox"
          aria-label="Search samples"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={sample ? `${id}-${sample.id}` : undefined}
          placeholder={all > 0 ? `Search ${all} samples: stripe, push, form …` : "Search samples"}
          data-autofocus
          value={query}
          onChange={(e) => onQuery(e.currentTarget.value)}
          onKeyDown={onSearchKey}
        />
        <div className={css.list} role="listbox" id={`${id}-list`} aria-label="Samples" ref={list}>
          {byProvider(found).map(([provider, samples]) => (
            // biome-ignore lint/a11y/useSemanticElements: a group of options in a listbox is no fieldset
            <div key={provider} role="group" aria-label={provider}>
              <div className={css.provider} aria-hidden="true">
                {provider}
              </div>
              {samples.map((s) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the search field's, which keeps the focus
                <div
                  key={s.id}
                  id={`${id}-${s.id}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={s === sample}
                  className={css.option}
                  onClick={() => onPick(s)}
                  onDoubleClick={() => onSend(s, false)}
                >
                  <span className={css.title}>{s.title}</span>
                  {drafts.of(s.id) && <span className={css.edited}>edited</span>}
                  <span className={css.event}>{s.event}</span>
                </div>
              ))}
            </div>
          ))}
          {found.length === 0 && (
            <p className={css.none} role="status">
              {failed ?? (loading ? "Reading the samples…" : "No sample has these words.")}
            </p>
          )}
        </div>
      </div>
      {sample && (
        // biome-ignore lint/a11y/noStaticElementInteractions: the shortcut of a button, for all that can be edited
        <div className={css.right} onKeyDown={onEditorKey}>
          <SampleEditor sample={sample} to={to} drafts={drafts} />
        </div>
      )}
    </div>
  );
}
