import { holdsJson } from "../../model/form";
import type { Pair } from "../../model/types";
import { Button, CloseIcon, IconButton, inputClass } from "../parts";
import css from "./Samples.module.css";

interface PairRowsProps {
  /** "header": names the inputs. */
  what: string;
  add: string;
  pairs: Pair[];
  onChange(pairs: Pair[]): void;
  /** The names whose values are made when it is sent, so that they cannot be edited. */
  made?: readonly string[];
}

/** Names and values in order, a pair a line; JSON in a value gets room. */
export function PairRows({ what, add, pairs, onChange, made = [] }: PairRowsProps) {
  const set = (at: number, pair: Pair) => onChange(pairs.map((p, i) => (i === at ? pair : p)));
  const isMade = (name: string) => made.some((m) => m.toLowerCase() === name.toLowerCase());
  return (
    <div className={css.rows}>
      {pairs.map(([name, value], i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
        <div key={i} className={css.row}>
          <input
            className={inputClass}
            aria-label={`Name of ${what} ${i + 1}`}
            spellCheck={false}
            disabled={isMade(name)}
            value={name}
            onChange={(e) => set(i, [e.currentTarget.value, value])}
          />
          {holdsJson(value) ? (
            <textarea
              className={`${inputClass} ${css.long}`}
              aria-label={`Value of ${what} ${name || i + 1}`}
              spellCheck={false}
              value={value}
              onChange={(e) => set(i, [name, e.currentTarget.value])}
            />
          ) : (
            <input
              className={inputClass}
              aria-label={`Value of ${what} ${name || i + 1}`}
              spellCheck={false}
              disabled={isMade(name)}
              title={isMade(name) ? "Made when it is sent, after all edits" : undefined}
              value={value}
              onChange={(e) => set(i, [name, e.currentTarget.value])}
            />
          )}
          <IconButton
            label={`Remove ${what} ${name || i + 1}`}
            icon={<CloseIcon />}
            disabled={isMade(name)}
            onClick={() => onChange(pairs.filter((_, at) => at !== i))}
          />
        </div>
      ))}
      <Button small className={css.add} onClick={() => onChange([...pairs, ["", ""]])}>
        {add}
      </Button>
    </div>
  );
}
