import { useState } from "react";
import type { RunForm } from "../../model/runform";
import { placeText } from "../../model/runs";
import { useTargets } from "../../state/queries";
import { recentUrls } from "../../state/sending";
import { Button, Field, inputClass, Segmented } from "../parts";
import css from "./Batch.module.css";

interface WhereFieldsProps {
  form: RunForm;
  error: string | undefined;
  /** Whether it is about one request only. */
  one: boolean;
  onChange(part: Partial<RunForm>): void;
}

/** Where to: to where each last went, or to ticked targets and pasted URLs. */
export function WhereFields({ form, error, one, onChange }: WhereFieldsProps) {
  const targets = useTargets().data ?? [];
  const places = form.where === "places";
  const [recent] = useState(() => recentUrls());
  const named = new Set([...targets.map((t) => t.url), ...form.urls.split(/\s+/)]);
  const lately = recent.filter((url) => !named.has(url)).slice(0, 3);
  return (
    <section className={css.group} aria-label="Where to">
      <Segmented<RunForm["where"]>
        label="Where to"
        items={[
          { id: "places", label: "To targets and URLs" },
          { id: "last", label: one ? "To where it last went" : "To where each last went" },
        ]}
        value={form.where}
        onChange={(where) => onChange({ where })}
      />
      {places && targets.length > 0 && (
        <div className={css.targets}>
          {targets.map((t) => (
            <label key={t.name}>
              <input
                type="checkbox"
                checked={form.targets.includes(t.name)}
                onChange={(e) =>
                  onChange({
                    targets: e.currentTarget.checked
                      ? [...form.targets, t.name]
                      : form.targets.filter((n) => n !== t.name),
                  })
                }
              />
              <span title={t.name}>{t.name}</span>
              <code title={t.url}>{t.url}</code>
            </label>
          ))}
        </div>
      )}
      {places && (
        <Field
          label={targets.length > 0 ? "And these URLs" : "URLs"}
          error={error}
          hint={
            form.how === "simulate"
              ? undefined
              : "One a line. Answers of several places are compared with each other."
          }
        >
          {(ids) => (
            <textarea
              {...ids}
              className={`${inputClass} ${css.urls}`}
              data-autofocus
              rows={Math.min(6, Math.max(2, form.urls.split("\n").length))}
              spellCheck={false}
              placeholder={"http://localhost:3000/webhooks"}
              value={form.urls}
              onChange={(e) => onChange({ urls: e.currentTarget.value })}
              onKeyDown={(e) => {
                if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey)) return;
                e.preventDefault();
                e.currentTarget.form?.requestSubmit();
              }}
            />
          )}
        </Field>
      )}
      {places && lately.length > 0 && (
        <p className={css.lately}>
          Lately:
          {lately.map((url) => (
            <Button
              key={url}
              small
              look="quiet"
              aria-label={`Add ${url}`}
              title={url}
              onClick={() =>
                onChange({ urls: form.urls.trim() === "" ? url : `${form.urls.trimEnd()}\n${url}` })
              }
            >
              {placeText({ url })}
            </Button>
          ))}
        </p>
      )}
      {!places && (
        <p className={css.note}>
          Each answer is compared with the one before it. What was never sent anywhere fails and says so.
        </p>
      )}
    </section>
  );
}
