import { useMemo } from "react";
import { formatForm, holdsJson, parseForm } from "../../../model/form";
import { prettyJson } from "../../../model/json";
import { scanJson } from "../../../model/jsonscan";
import { Marked } from "../../parts";
import detail from "../Detail.module.css";
import { useHits } from "../marks";
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
  const hits = useHits(laidOut ?? value, "body");
  if (value === "") return <span className={css.none}>empty</span>;
  const shown = <Marked text={laidOut ?? value} hits={hits} />;
  return laidOut === undefined ? shown : <pre className={css.inner}>{shown}</pre>;
}

function pretty(text: string): string | undefined {
  try {
    return prettyJson(scanJson(text));
  } catch {
    return undefined; // only looks like JSON
  }
}
