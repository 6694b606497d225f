import type { Reply } from "../../model/types";
import { Field, inputClass, TextField } from "../parts";
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
        <TextField
          label="Status"
          error={at("reply.status")}
          inputMode="numeric"
          value={String(reply.status ?? "")}
          onChange={(text) => onChange({ status: digits(text, 3) })}
        />
        <TextField
          label="Delay in ms"
          error={at("reply.delayMs")}
          inputMode="numeric"
          value={String(reply.delayMs ?? 0)}
          onChange={(text) => onChange({ delayMs: digits(text, 6) })}
        />
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
            className={`${inputClass} mono`}
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

/** The number that the first digits of a text make. */
function digits(text: string, most: number): number {
  return Number(text.replace(/\D/g, "").slice(0, most));
}
