import { type KeyboardEvent, useEffect, useId, useRef } from "react";
import { contentKind } from "../../model/format";
import type { Sample } from "../../model/types";
import { inputClass } from "../parts";
import { Preview } from "./Preview";
import css from "./Samples.module.css";

interface PickerProps {
  /** The endpoint that it would be sent to. */
  to: string;
  query: string;
  onQuery(text: string): void;
  found: readonly Sample[];
  sample: Sample | undefined;
  onPick(sample: Sample): void;
  onSend(sample: Sample): void;
  onKeyDown(event: KeyboardEvent): void;
  loading: boolean;
  failed: string | undefined;
}

/** The samples by provider, and what the one in hand looks like. */
export function Picker({
  to,
  query,
  onQuery,
  found,
  sample,
  onPick,
  onSend,
  onKeyDown,
  loading,
  failed,
}: PickerProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (sample) list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [sample]);
  const providers = [...new Set(found.map((s) => s.providerName))];
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
          placeholder="Search: stripe, push, form, xml …"
          data-autofocus
          value={query}
          onChange={(e) => onQuery(e.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <div className={css.list} role="listbox" id={`${id}-list`} aria-label="Samples" ref={list}>
          {providers.map((provider) => (
            // biome-ignore lint/a11y/useSemanticElements: a group of options in a listbox is no fieldset
            <div key={provider} role="group" aria-label={provider}>
              <div className={css.provider} aria-hidden="true">
                {provider}
              </div>
              {found
                .filter((s) => s.providerName === provider)
                .map((s) => (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the search field's, which keeps the focus
                  <div
                    key={s.id}
                    id={`${id}-${s.id}`}
                    role="option"
                    tabIndex={-1}
                    aria-selected={s === sample}
                    className={css.option}
                    onClick={() => onPick(s)}
                    onDoubleClick={() => onSend(s)}
                  >
                    <span className={css.event}>{s.event}</span>
                    <span className={css.kind}>{contentKind(s.contentType)}</span>
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
      {sample && <Preview sample={sample} to={to} />}
    </div>
  );
}
