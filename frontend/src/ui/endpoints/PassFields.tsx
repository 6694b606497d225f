import type { ReplyPass } from "../../model/types";
import { Field, inputClass, Segmented } from "../parts";
import { NumberField } from "./FaultFields";
import css from "./Reply.module.css";

interface PassFieldsProps {
  pass: ReplyPass;
  targets: readonly string[];
  at(field: string): string | undefined;
  onChange(pass: ReplyPass): void;
}

/** Whose answer is passed on, how long it is waited for, and what comes in its place. */
export function PassFields({ pass, targets, at, onChange }: PassFieldsProps) {
  return (
    <>
      <div className={css.two}>
        <Field label="Target to answer" error={at("pass.target")}>
          {(ids) => (
            <select
              {...ids}
              className={inputClass}
              value={pass.target ?? ""}
              onChange={(event) => {
                const { target: _, ...rest } = pass;
                const target = event.currentTarget.value;
                onChange(target === "" ? rest : { ...rest, target });
              }}
            >
              <option value="">The first one forwarded to</option>
              {targets.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <NumberField
          label="Wait at most, in ms"
          error={at("pass.timeoutMs")}
          value={pass.timeoutMs ?? 10_000}
          onChange={(timeoutMs) => onChange({ ...pass, timeoutMs })}
        />
      </div>
      <div className={css.choice}>
        <span className={css.label}>When it gives none in time</span>
        <Segmented<"gateway" | "reply">
          label="When the target gives no answer in time"
          items={[
            { id: "gateway", label: "504, or 502 when it failed" },
            { id: "reply", label: "The answer below" },
          ]}
          value={pass.fallback ?? "gateway"}
          onChange={(fallback) => onChange({ ...pass, fallback })}
        />
      </div>
    </>
  );
}
