import { type FormEvent, useState } from "react";
import { exampleUrl } from "../../model/setup";
import { DoorError, type HeaderRule, type Target } from "../../model/types";
import { useDesk } from "../../state/desk";
import { words } from "../../state/toasts";
import { Button, CloseIcon, Dialog, Field, IconButton, inputClass, Segmented } from "../parts";
import css from "./Endpoints.module.css";

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
  const [pathMode, setPathMode] = useState<"append" | "exact">(target?.pathMode ?? "append");
  const [rules, setRules] = useState<HeaderRule[]>(target?.headerRules ?? []);
  const [timeout, setTimeoutText] = useState(String((target?.timeoutMs ?? 30_000) / 1000));
  const [mark, setMark] = useState(target?.mark ?? true);
  const [error, setError] = useState<{ field: string; text: string }>();
  const [busy, setBusy] = useState(false);
  const at = (field: string) => (error?.field === field ? error.text : undefined);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const seconds = Number(timeout);
    if (!Number.isFinite(seconds) || seconds < 0.1 || seconds > 300) {
      setError({ field: "timeoutMs", text: "Give 0.1 to 300 seconds" });
      return;
    }
    setBusy(true);
    setError(undefined);
    const input: Target = {
      name: name.trim(),
      url: url.trim(),
      pathMode,
      headerRules: rules.filter((r) => r.name.trim() !== ""),
      timeoutMs: Math.round(seconds * 1000),
      mark,
    };
    try {
      if (target) await desk.door.changeTarget(target.name, input);
      else await desk.door.addTarget(input);
      await desk.queries.invalidateQueries({ queryKey: ["targets"] });
      await desk.queries.invalidateQueries({ queryKey: ["endpoints"] });
      desk.dialogs.close();
      desk.toasts.show({ tone: "good", text: `Saved target ${input.name}` });
    } catch (reason) {
      setError({ field: reason instanceof DoorError ? reason.field : "", text: words(reason) });
    } finally {
      setBusy(false);
    }
  };
  const remove = () =>
    desk.dialogs.open("confirm", {
      title: `Delete the target ${target?.name}?`,
      text: "Endpoints no longer forward to it and what waits for it is cancelled. Deliveries made so far stay in the history.",
      action: "Delete target",
      danger: true,
      run: async () => {
        if (!target) return;
        await desk.door.deleteTarget(target.name);
        await desk.queries.invalidateQueries({ queryKey: ["targets"] });
        await desk.queries.invalidateQueries({ queryKey: ["endpoints"] });
      },
    });
  const known = ["name", "url", "headerRules", "timeoutMs"];
  const other = error && !known.includes(error.field) ? error.text : undefined;

  return (
    <Dialog
      open
      onClose={desk.dialogs.close}
      title={target ? `Target ${target.name}` : "New target"}
      size={600}
      footer={
        <>
          {target && (
            <Button look="danger" onClick={remove}>
              Delete…
            </Button>
          )}
          <span className={css.footNote} role={other ? "alert" : undefined}>
            {other}
          </span>
          <Button onClick={desk.dialogs.close}>Cancel</Button>
          <Button look="primary" type="submit" form="target-form" disabled={busy}>
            {target ? "Save" : "Create target"}
          </Button>
        </>
      }
    >
      <form id="target-form" className={css.form} onSubmit={(event) => void save(event)}>
        <Field label="Name" error={at("name")}>
          {(ids) => (
            <input
              {...ids}
              className={inputClass}
              value={name}
              placeholder="local app"
              data-autofocus
              onChange={(e) => setName(e.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="URL" error={at("url")}>
          {(ids) => (
            <input
              {...ids}
              className={`${inputClass} ${css.mono}`}
              value={url}
              placeholder="http://localhost:3000/webhooks"
              spellCheck={false}
              onChange={(e) => setUrl(e.currentTarget.value)}
            />
          )}
        </Field>
        <div className={css.mode}>
          <Segmented<"append" | "exact">
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
          <Field label="Give up after, in seconds" error={at("timeoutMs")}>
            {(ids) => (
              <input
                {...ids}
                className={inputClass}
                inputMode="decimal"
                value={timeout}
                onChange={(e) => setTimeoutText(e.currentTarget.value)}
              />
            )}
          </Field>
        </div>
        <label className={css.target}>
          <input type="checkbox" checked={mark} onChange={(e) => setMark(e.currentTarget.checked)} />
          <span>
            Add the line <code>Creel-Delivery</code>
          </span>
          <span className={css.dim}>the same id at each try, and what stops loops</span>
        </label>
      </form>
    </Dialog>
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
