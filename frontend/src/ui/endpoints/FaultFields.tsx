import { FAULTS, freshFault } from "../../model/reply";
import type { ReplyFault } from "../../model/types";
import { Field, inputClass, TextField } from "../parts";
import css from "./Reply.module.css";

interface FaultFieldsProps {
  fault: ReplyFault | undefined;
  at(field: string): string | undefined;
  onChange(fault: ReplyFault | undefined): void;
}

/** What goes wrong on purpose, and how often. */
export function FaultFields({ fault, at, onChange }: FaultFieldsProps) {
  const chosen = FAULTS.find((f) => f.id === fault?.kind);
  return (
    <div className={css.fault}>
      <Field
        label="Fault on purpose"
        hint={
          chosen
            ? `${chosen.about} The request is kept all the same.`
            : "To see how the sender copes when something goes wrong."
        }
        error={at("fault.kind")}
      >
        {(ids) => (
          <select
            {...ids}
            className={inputClass}
            value={fault?.kind ?? ""}
            onChange={(event) => {
              const kind = FAULTS.find((f) => f.id === event.currentTarget.value)?.id;
              onChange(kind && freshFault(kind, fault?.percent));
            }}
          >
            <option value="">None</option>
            {FAULTS.map((f) => (
              <option key={f.id} value={f.id}>
                {f.label}
              </option>
            ))}
          </select>
        )}
      </Field>
      {fault && (
        <div className={css.faultNumbers}>
          <Measure fault={fault} at={at} onChange={onChange} />
          <NumberField
            label="Of a hundred requests"
            error={at("fault.percent")}
            value={fault.percent ?? 100}
            onChange={(percent) => onChange({ ...fault, percent })}
          />
        </div>
      )}
    </div>
  );
}

/** The number that the kind of fault has. */
function Measure({ fault, at, onChange }: FaultFieldsProps & { fault: ReplyFault }) {
  switch (fault.kind) {
    case "cut":
      return (
        <NumberField
          label="After bytes of the body"
          error={at("fault.afterBytes")}
          value={fault.afterBytes ?? 0}
          onChange={(afterBytes) => onChange({ ...fault, afterBytes })}
        />
      );
    case "drip":
      return (
        <NumberField
          label="Bytes a second"
          error={at("fault.bytesPerSecond")}
          value={fault.bytesPerSecond ?? 0}
          onChange={(bytesPerSecond) => onChange({ ...fault, bytesPerSecond })}
        />
      );
    case "silent":
      return (
        <NumberField
          label="Silent for, in ms"
          error={at("fault.holdMs")}
          value={fault.holdMs ?? 0}
          onChange={(holdMs) => onChange({ ...fault, holdMs })}
        />
      );
    case "status":
      return (
        <NumberField
          label="Status of the failure"
          error={at("fault.status")}
          value={fault.status ?? 0}
          onChange={(status) => onChange({ ...fault, status })}
        />
      );
    case "reset":
      return null;
  }
}

interface NumberFieldProps {
  label: string;
  value: number;
  error: string | undefined;
  onChange(value: number): void;
}

/** A whole number; what is no digit is not taken. */
export function NumberField({ label, value, error, onChange }: NumberFieldProps) {
  return (
    <TextField
      label={label}
      error={error}
      inputMode="numeric"
      value={String(value)}
      onChange={(text) => onChange(Number(text.replace(/\D/g, "").slice(0, 7)))}
    />
  );
}
