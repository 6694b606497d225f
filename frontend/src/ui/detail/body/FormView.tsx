import { useMemo } from "react";
import { formatForm, holdsJson, parseForm } from "../../../model/form";
import { prettyJson, scanJson } from "../../../model/json";
import detail from "../Detail.module.css";
import { PairTable } from "../PairTable";
import css from "./Body.module.css";

/** The decoded pairs of a form; JSON inside a value is laid out. */
export function FormView({ text }: { text: string }) {
  const pairs = useMemo(() => parseForm(text), [text]);
  return (
    <div className={detail.scroll}>
      <PairTable
        title="Form fields"
        pairs={pairs.map((p) => [p.name, p.value])}
        all={() => formatForm(pairs)}
        value={(value, index) => (
          <>
            <Value value={value} />
            {pairs[index]?.odd && (
              <div className={css.odd}>Its percent signs are not all escapes: shown as sent.</div>
            )}
          </>
        )}
      />
    </div>
  );
}

function Value({ value }: { value: string }) {
  const laidOut = useMemo(() => (holdsJson(value) ? pretty(value) : undefined), [value]);
  if (laidOut === undefined) return value || <span className={css.none}>empty</span>;
  return <pre className={css.inner}>{laidOut}</pre>;
}

function pretty(text: string): string | undefined {
  try {
    return prettyJson(scanJson(text));
  } catch {
    return undefined; // only looks like JSON
  }
}
