import type { HeaderRule } from "../../../model/types";
import { Button, CloseIcon, IconButton, inputClass } from "../../parts";
import css from "../Endpoints.module.css";

/** The header rules of a target. */
export function Rules({ rules, onChange }: { rules: HeaderRule[]; onChange(rules: HeaderRule[]): void }) {
  const set = (at: number, part: Partial<HeaderRule>) =>
    onChange(rules.map((r, i) => (i === at ? { ...r, ...part } : r)));
  return (
    <div className={css.pairs}>
      {rules.map((rule, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rules have no other identity
        <div key={i} className={css.rule}>
          <select
            className={inputClass}
            aria-label={`What rule ${i + 1} does`}
            value={rule.op}
            onChange={(e) => set(i, { op: e.currentTarget.value === "remove" ? "remove" : "set" })}
          >
            <option value="set">Set</option>
            <option value="remove">Remove</option>
          </select>
          <input
            className={inputClass}
            aria-label={`Header of rule ${i + 1}`}
            placeholder="X-Api-Key"
            spellCheck={false}
            value={rule.name}
            onChange={(e) => set(i, { name: e.currentTarget.value })}
          />
          <input
            className={inputClass}
            aria-label={`Value of rule ${i + 1}`}
            placeholder={rule.op === "set" ? "Value" : ""}
            disabled={rule.op === "remove"}
            spellCheck={false}
            value={rule.op === "set" ? (rule.value ?? "") : ""}
            onChange={(e) => set(i, { value: e.currentTarget.value })}
          />
          <IconButton
            label={`Remove rule ${i + 1}`}
            icon={<CloseIcon />}
            onClick={() => onChange(rules.filter((_, at) => at !== i))}
          />
        </div>
      ))}
      <Button small onClick={() => onChange([...rules, { op: "set", name: "", value: "" }])}>
        Add rule
      </Button>
    </div>
  );
}
