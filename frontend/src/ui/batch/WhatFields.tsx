import { plural } from "../../model/format";
import type { What } from "../../model/runform";
import type { SavedFilter } from "../../model/types";
import { Field, inputClass } from "../parts";
import css from "./Batch.module.css";

interface WhatFieldsProps {
  /** What the form was opened for, and how many requests that are when it is known. */
  initial: { what: What; requests: number | undefined };
  saved: SavedFilter[];
  /** The name of the saved filter that is chosen; undefined is what the form was opened for. */
  chosen: string | undefined;
  /** What it is at fault with, if anything. */
  error: string | undefined;
  onChange(name: string | undefined): void;
}

/** What is sent: what the form was opened for, or all that a saved filter means now. */
export function WhatFields({ initial, saved, chosen, error, onChange }: WhatFieldsProps) {
  const filter = saved.find((f) => f.name === chosen)?.filter;
  return (
    <section className={css.group} aria-label="What to send">
      <Field
        label="Requests"
        error={error}
        hint={filter === undefined ? undefined : <code className={css.filter}>{filter}</code>}
      >
        {(ids) => (
          <select
            {...ids}
            className={inputClass}
            value={chosen === undefined ? "" : `=${chosen}`}
            onChange={(e) =>
              onChange(e.currentTarget.value === "" ? undefined : e.currentTarget.value.slice(1))
            }
          >
            <option value="">{initialText(initial)}</option>
            <optgroup label="Saved filters">
              {saved.map(({ name }) => (
                <option key={name} value={`=${name}`}>
                  {name}
                </option>
              ))}
            </optgroup>
          </select>
        )}
      </Field>
    </section>
  );
}

function initialText({ what, requests }: WhatFieldsProps["initial"]): string {
  if ("seqs" in what) {
    return what.seqs.length === 1
      ? `Request #${what.seqs[0]}`
      : `The ${plural(what.seqs.length, "selected request")}`;
  }
  return requests === undefined ? "All in the list" : `All ${plural(requests, "request")} in the list`;
}
