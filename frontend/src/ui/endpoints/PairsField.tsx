import type { Pair } from "../../model/types";
import { Button, CloseIcon, IconButton, inputClass } from "../parts";
import css from "./Endpoints.module.css";

interface PairsFieldProps {
  /** "header of the reply": names the inputs. */
  what: string;
  pairs: Pair[];
  onChange(pairs: Pair[]): void;
  add: string;
}

/** Names and values in order, one pair a line. */
export function PairsField({ what, pairs, onChange, add }: PairsFieldProps) {
  const set = (at: number, pair: Pair) => onChange(pairs.map((p, i) => (i === at ? pair : p)));
  return (
    <div className={css.pairs}>
      {pairs.map(([name, value], i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
        <div key={i} className={css.pair}>
          <input
            className={inputClass}
            aria-label={`Name of ${what} ${i + 1}`}
            placeholder="Name"
            spellCheck={false}
            value={name}
            onChange={(e) => set(i, [e.currentTarget.value, value])}
          />
          <input
            className={inputClass}
            aria-label={`Value of ${what} ${i + 1}`}
            placeholder="Value"
            spellCheck={false}
            value={value}
            onChange={(e) => set(i, [name, e.currentTarget.value])}
          />
          <IconButton
            label={`Remove ${what} ${name || i + 1}`}
            icon={<CloseIcon />}
            onClick={() => onChange(pairs.filter((_, at) => at !== i))}
          />
        </div>
      ))}
      <Button small onClick={() => onChange([...pairs, ["", ""]])}>
        {add}
      </Button>
    </div>
  );
}
