import type { KeyboardEvent } from "react";
import { AddressHint, Button, inputClass } from "../parts";
import css from "./Endpoints.module.css";
import type { NewTarget } from "./useNewTarget";

interface TargetChoiceProps {
  targets: { name: string; url: string }[];
  chosen: string[];
  onChange(chosen: string[]): void;
  fresh: NewTarget;
}

/** The targets as a list to tick, and one more made on the spot. */
export function TargetChoice({ targets, chosen, onChange, fresh }: TargetChoiceProps) {
  const { read, error } = fresh;
  const add = async () => {
    const made = await fresh.add();
    if (made !== undefined) onChange([...new Set([...chosen, made])]);
  };
  // Enter in these two fields makes the target; it does not yet save the endpoint around them.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || read.url === "") return;
    event.preventDefault();
    void add();
  };
  return (
    <div className={css.targets}>
      {targets.map((t) => (
        <label key={t.name} className={css.target}>
          <input
            type="checkbox"
            checked={chosen.includes(t.name)}
            onChange={(e) =>
              onChange(e.currentTarget.checked ? [...chosen, t.name] : chosen.filter((c) => c !== t.name))
            }
          />
          <span>{t.name}</span>
          <span className={css.dim}>{t.url}</span>
        </label>
      ))}
      <div className={css.newTarget}>
        <input
          className={inputClass}
          aria-label="Name of the new target"
          placeholder="Name, such as local app"
          value={fresh.name}
          onKeyDown={onKeyDown}
          onChange={(e) => fresh.setName(e.currentTarget.value)}
        />
        <input
          className={`${inputClass} mono`}
          aria-label="URL of the new target"
          aria-invalid={error ? true : undefined}
          placeholder="http://localhost:3000/webhooks"
          spellCheck={false}
          value={fresh.url}
          onKeyDown={onKeyDown}
          onChange={(e) => fresh.setUrl(e.currentTarget.value)}
        />
        <Button disabled={read.url === ""} onClick={() => void add()}>
          Add target
        </Button>
      </div>
      {error ? (
        <p className={css.error} role="alert">
          {error}
        </p>
      ) : (
        <div className={css.addressHint}>
          <AddressHint read={read} onUse={fresh.setUrl} />
        </div>
      )}
    </div>
  );
}
