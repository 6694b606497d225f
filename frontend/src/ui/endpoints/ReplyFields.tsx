import type { Reply } from "../../model/types";
import { Field, inputClass } from "../parts";
import css from "./Endpoints.module.css";
import { PairsField } from "./PairsField";

interface ReplyFieldsProps {
  reply: Reply;
  at(field: string): string | undefined;
  onChange(part: Partial<Reply>): void;
}

/** What the sender is answered. */
export function ReplyFields({ reply, at, onChange }: ReplyFieldsProps) {
  return (
    <div className={css.form}>
      <div className={css.two}>
        <Field label="Status" error={at("reply.status")}>
          {(ids) => (
            <input
              {...ids}
              className={inputClass}
              inputMode="numeric"
              value={reply.status ?? ""}
              onChange={(e) =>
                onChange({ status: Number(e.currentTarget.value.replace(/\D/g, "").slice(0, 3)) })
              }
            />
          )}
        </Field>
        <Field label="Delay in ms" error={at("reply.delayMs")}>
          {(ids) => (
            <input
              {...ids}
              className={inputClass}
              inputMode="numeric"
              value={reply.delayMs ?? 0}
              onChange={(e) =>
                onChange({ delayMs: Number(e.currentTarget.value.replace(/\D/g, "").slice(0, 6)) })
              }
            />
          )}
        </Field>
      </div>
      <Field label="Headers" error={at("reply.headers")}>
        {() => (
          <PairsField
            what="header of the reply"
            add="Add header"
            pairs={reply.headers ?? []}
            onChange={(headers) => onChange({ headers })}
          />
        )}
      </Field>
      <Field label="Body">
        {(ids) => (
          <textarea
            {...ids}
            className={`${inputClass} ${css.mono}`}
            rows={3}
            spellCheck={false}
            value={reply.body ?? ""}
            onChange={(e) => onChange({ body: e.currentTarget.value })}
          />
        )}
      </Field>
    </div>
  );
}
