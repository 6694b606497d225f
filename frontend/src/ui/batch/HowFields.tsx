import type { FormErrors, RunForm } from "../../model/runform";
import { Segmented, TextField } from "../parts";
import css from "./Batch.module.css";

interface HowFieldsProps {
  form: RunForm;
  errors: FormErrors;
  one: boolean;
  onChange(part: Partial<RunForm>): void;
}

/** In which order, how fast, how often, and when to stop. */
export function HowFields({ form, errors, one, onChange }: HowFieldsProps) {
  const number = (field: "parallel" | "rate" | "delayMs" | "times") => ({
    value: form[field],
    inputMode: "decimal" as const,
    onChange: (text: string) => onChange({ [field]: text }),
  });
  const tick = (field: "stop" | "shuffle" | "duplicate" | "resign", label: string) => (
    <label>
      <input
        type="checkbox"
        checked={form[field]}
        onChange={(e) => onChange({ [field]: e.currentTarget.checked })}
      />
      {label}
    </label>
  );
  return (
    <section className={css.group} aria-label="How">
      <Segmented<RunForm["mode"]>
        label="Order"
        items={[
          { id: "ordered", label: "One after the other" },
          { id: "parallel", label: "Several at once" },
        ]}
        value={form.mode}
        onChange={(mode) => onChange({ mode })}
      />
      <div className={css.numbers}>
        {form.mode === "parallel" && (
          <TextField label="At once" {...number("parallel")} error={errors.parallel} />
        )}
        <TextField label="Times each" {...number("times")} error={errors.times} />
        <TextField
          label="At most, per second"
          placeholder="no limit"
          {...number("rate")}
          error={errors.ratePerSecond}
        />
        <TextField label="Pause, in ms" placeholder="none" {...number("delayMs")} error={errors.delayMs} />
      </div>
      <div className={css.ticks}>
        {tick("stop", "Stop at the first failure")}
        {tick("duplicate", "Send each twice at once, as a duplicate")}
        {tick("resign", "Sign anew, with the endpoint's secret")}
        {!one && tick("shuffle", "In a random order")}
      </div>
    </section>
  );
}
