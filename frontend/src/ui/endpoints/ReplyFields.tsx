import type { Saying } from "../../model/types";
import { Field, Segmented } from "../parts";
import { FaultFields, NumberField } from "./FaultFields";
import { PairsField } from "./PairsField";
import { PassFields } from "./PassFields";
import css from "./Reply.module.css";
import { TemplateField } from "./TemplateField";

interface ReplyFieldsProps {
  saying: Saying;
  /** Names of all targets. */
  targets: readonly string[];
  /** What is wrong with a field of it: "body", "fault.percent". */
  at(field: string): string | undefined;
  onChange(part: Partial<Saying>): void;
}

/** One thing to answer: an endpoint's own, or that of a rule. */
export function ReplyFields({ saying, targets, at, onChange }: ReplyFieldsProps) {
  const target = saying.mode === "target";
  const pass = saying.pass ?? {};
  const own = !target || pass.fallback === "reply";
  return (
    <div className={css.form}>
      <div className={css.choice}>
        <Segmented<"fixed" | "target">
          label="What the sender is told"
          items={[
            { id: "fixed", label: "An answer of its own" },
            { id: "target", label: "The target’s answer" },
          ]}
          value={saying.mode ?? "fixed"}
          onChange={(mode) => onChange({ mode })}
        />
        <p className={css.hint}>
          {target
            ? "The request is kept, then sent to the target, and the sender gets what the target says, as in production. Other targets get it too."
            : "The sender is answered as soon as the request is kept."}
        </p>
        {at("mode") && (
          <p className={css.error} role="alert">
            {at("mode")}
          </p>
        )}
      </div>
      {target && (
        <PassFields pass={pass} targets={targets} at={at} onChange={(to) => onChange({ pass: to })} />
      )}
      {own && (
        <>
          <div className={css.two}>
            <NumberField
              label="Status"
              error={at("status")}
              value={saying.status ?? 200}
              onChange={(status) => onChange({ status })}
            />
            <NumberField
              label="Delay in ms"
              error={at("delayMs")}
              value={saying.delayMs ?? 0}
              onChange={(delayMs) => onChange({ delayMs })}
            />
          </div>
          <Field label="Headers" error={at("headers")}>
            {() => (
              <PairsField
                what="header of the reply"
                add="Add header"
                pairs={saying.headers ?? []}
                onChange={(headers) => onChange({ headers })}
              />
            )}
          </Field>
          <TemplateField
            value={saying.body ?? ""}
            error={at("body")}
            onChange={(body) => onChange({ body })}
          />
        </>
      )}
      <FaultFields
        fault={saying.fault}
        at={at}
        onChange={(fault) => onChange(fault ? { fault } : { fault: undefined })}
      />
    </div>
  );
}
