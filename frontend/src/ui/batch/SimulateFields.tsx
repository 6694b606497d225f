import type { FormErrors, RunForm } from "../../model/runform";
import { practiceOf } from "../../model/simulation";
import { useProviders } from "../../state/runs";
import { Field, inputClass, Tag, TextField } from "../parts";
import css from "./Batch.module.css";

interface SimulateFieldsProps {
  form: RunForm;
  errors: FormErrors;
  onChange(part: Partial<RunForm>): void;
}

/** Which provider, and what is known of how it delivers. */
export function SimulateFields({ form, errors, onChange }: SimulateFieldsProps) {
  const providers = useProviders();
  const chosen = providers.find((p) => p.id === form.provider);
  return (
    <section className={css.group} aria-label="Provider">
      <div className={css.provider}>
        <Field label="Provider">
          {(ids) => (
            <select
              {...ids}
              className={inputClass}
              value={form.provider}
              onChange={(e) => onChange({ provider: e.currentTarget.value })}
            >
              {providers.map((p) => (
                <option key={p.id} value={p.id}>
                  {p.name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <TextField
          label="Really wait, in s"
          value={form.realTime}
          inputMode="decimal"
          error={errors.realTimeMs}
          onChange={(realTime) => onChange({ realTime })}
        />
      </div>
      {chosen && <Practice lines={practiceOf(chosen)} />}
      <div className={css.ticks}>
        <label>
          <input
            type="checkbox"
            checked={form.resign}
            onChange={(e) => onChange({ resign: e.currentTarget.checked })}
          />
          Sign each try anew, with the endpoint's secret
        </label>
      </div>
      <p className={css.note}>
        The request is really sent, again and again as {chosen?.name ?? "the provider"} would; longer waits
        are skipped and reported.
      </p>
    </section>
  );
}

/** How a provider delivers, with how well each line is known. */
export function Practice({ lines }: { lines: { text: string; trust: string }[] }) {
  return (
    <ul className={css.practice}>
      {lines.map((line) => (
        <li key={line.text}>
          <span>{line.text}</span>
          {line.trust && <Tag tone={line.trust === "documented" ? "info" : "plain"}>{line.trust}</Tag>}
        </li>
      ))}
    </ul>
  );
}
