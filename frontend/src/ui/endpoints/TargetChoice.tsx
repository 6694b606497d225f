import { useState } from "react";
import { useDesk } from "../../state/desk";
import { words } from "../../state/toasts";
import { Button, inputClass } from "../parts";
import css from "./Endpoints.module.css";

interface TargetChoiceProps {
  targets: { name: string; url: string }[];
  chosen: string[];
  onChange(chosen: string[]): void;
}

/** The targets as a list to tick, and one more made on the spot. */
export function TargetChoice({ targets, chosen, onChange }: TargetChoiceProps) {
  const desk = useDesk();
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [error, setError] = useState<string>();
  const add = async () => {
    try {
      const made = await desk.door.addTarget({ name: name.trim() || url.trim(), url: url.trim() });
      await desk.queries.invalidateQueries({ queryKey: ["targets"] });
      onChange([...chosen, made.name]);
      setName("");
      setUrl("");
      setError(undefined);
    } catch (reason) {
      setError(words(reason));
    }
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
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <input
          className={`${inputClass} mono`}
          aria-label="URL of the new target"
          aria-invalid={error ? true : undefined}
          placeholder="http://localhost:3000/webhooks"
          spellCheck={false}
          value={url}
          onChange={(e) => setUrl(e.currentTarget.value)}
        />
        <Button disabled={url.trim() === ""} onClick={() => void add()}>
          Add target
        </Button>
      </div>
      {error && (
        <p className={css.error} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
