import { useState } from "react";
import { exampleUrl, readAddress } from "../../model/setup";
import type { HeaderRule, Target } from "../../model/types";
import { useDesk } from "../../state/desk";
import { useSaving } from "../../state/saving";
import {
  AddressHint,
  Button,
  CloseIcon,
  Field,
  FormDialog,
  IconButton,
  inputClass,
  Segmented,
  TextField,
} from "../parts";
import css from "./Endpoints.module.css";

const FIELDS = ["name", "url", "headerRules", "timeoutMs"];

/** Makes a target, or changes one. */
export function TargetDialog({
  target,
  url: given,
}: {
  target: Target | undefined;
  url: string | undefined;
}) {
  const desk = useDesk();
  const [name, setName] = useState(target?.name ?? "");
  const [url, setUrl] = useState(target?.url ?? given ?? "");
  const [pathMode, setPathMode] = useState(target?.pathMode ?? "append");
  const [rules, setRules] = useState<HeaderRule[]>(target?.headerRules ?? []);
  const [timeout, setTimeoutText] = useState(String((target?.timeoutMs ?? 30_000) / 1000));
  const [mark, setMark] = useState(target?.mark ?? true);
  const { busy, at, other, wrong, save } = useSaving(FIELDS);
  const read = readAddress(url);

  const submit = () => {
    const seconds = Number(timeout);
    if (!Number.isFinite(seconds) || seconds < 0.1 || seconds > 300)
      return wrong("timeoutMs", "Give 0.1 to 300 seconds");
    const input: Target = {
      name: name.trim(),
      url: read.url,
      pathMode,
      headerRules: rules.filter((r) => r.name.trim() !== ""),
      timeoutMs: Math.round(seconds * 1000),
      mark,
    };
    void save(async () => {
      if (target) await desk.door.changeTarget(target.name, input);
      else await desk.door.addTarget(input);
      await desk.queries.invalidateQueries({ queryKey: ["targets"] });
      await desk.queries.invalidateQueries({ queryKey: ["endpoints"] });
      desk.dialogs.close();
      desk.toasts.show({ tone: "good", text: `Saved target ${input.name}` });
    });
  };
  const remove = () =>
    desk.dialogs.open("confirm", {
      title: `Delete the target ${target?.name}?`,
      text: "Endpoints no longer forward to it and what waits for it is cancelled. Deliveries made so far stay in the history.",
      action: "Delete target",
      danger: true,
      final: true,
      run: async () => {
        if (!target) return;
        await desk.door.deleteTarget(target.name);
        await desk.queries.invalidateQueries({ queryKey: ["targets"] });
        await desk.queries.invalidateQueries({ queryKey: ["endpoints"] });
      },
    });

  return (
    <FormDialog
      title={target ? `Target ${target.name}` : "New target"}
      size={600}
      submit={target ? "Save" : "Create target"}
      onSubmit={submit}
      onClose={desk.dialogs.close}
      onRemove={target ? remove : undefined}
      error={other}
      disabled={busy}
    >
      <TextField
        label="Name"
        error={at("name")}
        value={name}
        placeholder="local app"
        first
        onChange={setName}
      />
      <TextField
        label="URL"
        error={at("url")}
        hint={<AddressHint read={read} onUse={setUrl} />}
        mono
        value={url}
        placeholder="http://localhost:3000/webhooks"
        onChange={setUrl}
      />
      <div className={css.mode}>
        <Segmented<NonNullable<Target["pathMode"]>>
          label="Path"
          items={[
            { id: "append", label: "Append the rest of the path" },
            { id: "exact", label: "Use the URL as it is" },
          ]}
          value={pathMode}
          onChange={setPathMode}
        />
        <p className={css.example}>
          <code>/stripe/hook?x=1</code> goes to <code>{exampleUrl({ url, pathMode })}</code>
        </p>
      </div>
      <Field
        label="Header rules"
        error={at("headerRules")}
        hint="Applied to what is sent here; all other lines go as they came."
      >
        {() => <Rules rules={rules} onChange={setRules} />}
      </Field>
      <div className={css.two}>
        <TextField
          label="Give up after, in seconds"
          error={at("timeoutMs")}
          inputMode="decimal"
          value={timeout}
          onChange={setTimeoutText}
        />
      </div>
      <label className={css.target}>
        <input type="checkbox" checked={mark} onChange={(e) => setMark(e.currentTarget.checked)} />
        <span>
          Add the line <code>Creel-Delivery</code>
        </span>
        <span className={css.dim}>the same id at each try, and what stops loops</span>
      </label>
    </FormDialog>
  );
}

function Rules({ rules, onChange }: { rules: HeaderRule[]; onChange(rules: HeaderRule[]): void }) {
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
