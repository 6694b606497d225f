import { type FormEvent, type ReactNode, useState } from "react";
import { bytes, count } from "../../model/format";
import { type Amount, amountOf, bytesOf, wholeOf } from "../../model/setup";
import { DoorError, type Settings, type SettingsPatch } from "../../model/types";
import { setTheme } from "../../state/commands";
import { useDesk } from "../../state/desk";
import { useStatus } from "../../state/queries";
import { words } from "../../state/toasts";
import { Button, CopyButton, Dialog, Field, inputClass, Segmented } from "../parts";
import css from "./Settings.module.css";

/** The person's choices, in plain words. Nothing typed is lost when the door refuses it. */
export function SettingsDialog({ settings }: { settings: Settings }) {
  const desk = useDesk();
  const status = useStatus().data;
  const [address, setAddress] = useState(settings.catchAddress);
  const [body, setBody] = useState(String(Math.round(settings.maxBodyBytes / 1024 / 1024)));
  const [keep, setKeep] = useState(settings.keepCount ? String(settings.keepCount) : "");
  const [days, setDays] = useState(
    settings.keepAgeHours ? String(Number((settings.keepAgeHours / 24).toFixed(2))) : "",
  );
  const [size, setSize] = useState<Amount>(amountOf(settings.keepBytes));
  const [error, setError] = useState<{ field: string; text: string }>();
  const [busy, setBusy] = useState(false);
  const at = (field: string) => (error?.field === field ? error.text : undefined);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const wrong = (field: string, text: string) => setError({ field, text });
    const mebibytes = wholeOf(body);
    const keepCount = wholeOf(keep);
    const keepBytes = bytesOf(size);
    const keepDays = days.trim() === "" ? 0 : Number(days);
    if (!mebibytes || mebibytes > 256) return wrong("maxBodyBytes", "Give 1 to 256 MiB");
    if (keepCount === undefined) return wrong("keepCount", "Give a whole number, or nothing for no limit");
    if (!Number.isFinite(keepDays) || keepDays < 0)
      return wrong("keepAgeHours", "Give a number of days, or nothing for no limit");
    if (keepBytes === undefined) return wrong("keepBytes", "Give a number, or nothing for no limit");
    const patch: SettingsPatch = {
      maxBodyBytes: mebibytes * 1024 * 1024,
      keepCount,
      keepAgeHours: Math.round(keepDays * 24),
      keepBytes,
    };
    if (address.trim() !== settings.catchAddress) patch.catchAddress = address.trim();
    setBusy(true);
    setError(undefined);
    try {
      await desk.door.changeSettings(patch);
      await Promise.all(
        ["settings", "status", "endpoints"].map((key) => desk.queries.invalidateQueries({ queryKey: [key] })),
      );
      desk.dialogs.close();
      desk.toasts.show({ tone: "good", text: "Settings saved" });
    } catch (reason) {
      const kind = reason instanceof DoorError ? reason.kind : "";
      const field = reason instanceof DoorError ? reason.field : "";
      setError({ field: field || (kind === "busy" ? "catchAddress" : ""), text: words(reason) });
    } finally {
      setBusy(false);
    }
  };
  const other = error?.field === "" ? error.text : undefined;

  return (
    <Dialog
      open
      onClose={desk.dialogs.close}
      title="Settings"
      size={640}
      footer={
        <>
          <span className={css.footNote} role={other ? "alert" : undefined}>
            {other}
          </span>
          <Button onClick={desk.dialogs.close}>Cancel</Button>
          <Button look="primary" type="submit" form="settings-form" disabled={busy}>
            Save
          </Button>
        </>
      }
    >
      <form id="settings-form" className={css.form} onSubmit={(event) => void save(event)}>
        <Section title="Appearance">
          <Segmented<Settings["theme"]>
            label="Theme"
            items={[
              { id: "system", label: "As the system" },
              { id: "light", label: "Light" },
              { id: "dark", label: "Dark" },
            ]}
            value={settings.theme}
            onChange={(theme) => void setTheme(desk, theme).catch(desk.toasts.fail)}
          />
        </Section>
        <Section title="Catching">
          <div className={css.two}>
            <Field
              label="Catch port"
              error={at("catchAddress")}
              hint="A port, or host:port. Providers then need the new URL."
            >
              {(ids) => (
                <input
                  {...ids}
                  className={`${inputClass} ${css.mono}`}
                  value={address}
                  spellCheck={false}
                  onChange={(e) => setAddress(e.currentTarget.value)}
                />
              )}
            </Field>
            <Field
              label="Largest body, in MiB"
              error={at("maxBodyBytes")}
              hint="Larger ones are answered 413."
            >
              {(ids) => (
                <input
                  {...ids}
                  className={inputClass}
                  inputMode="numeric"
                  value={body}
                  onChange={(e) => setBody(e.currentTarget.value)}
                />
              )}
            </Field>
          </div>
        </Section>
        <Section title="History">
          <p className={css.dim}>
            {status &&
              `${count(status.history.requests)} requests, ${bytes(settings.databaseBytes)} on disk. `}
            Past a limit the oldest go first, with their deliveries. Pinned requests are never removed. An
            empty field is no limit.
          </p>
          <div className={css.three}>
            <Field label="Newest requests kept" error={at("keepCount")}>
              {(ids) => (
                <input
                  {...ids}
                  className={inputClass}
                  inputMode="numeric"
                  value={keep}
                  placeholder="no limit"
                  onChange={(e) => setKeep(e.currentTarget.value)}
                />
              )}
            </Field>
            <Field label="Days kept" error={at("keepAgeHours")}>
              {(ids) => (
                <input
                  {...ids}
                  className={inputClass}
                  inputMode="decimal"
                  value={days}
                  placeholder="no limit"
                  onChange={(e) => setDays(e.currentTarget.value)}
                />
              )}
            </Field>
            <Field label="Size kept" error={at("keepBytes")}>
              {(ids) => (
                <div className={css.amount}>
                  <input
                    {...ids}
                    className={inputClass}
                    inputMode="decimal"
                    value={size.value}
                    placeholder="no limit"
                    onChange={(e) => setSize({ ...size, value: e.currentTarget.value })}
                  />
                  <select
                    className={inputClass}
                    aria-label="Unit of the size"
                    value={size.unit}
                    onChange={(e) => setSize({ ...size, unit: e.currentTarget.value === "MB" ? "MB" : "GB" })}
                  >
                    <option>MB</option>
                    <option>GB</option>
                  </select>
                </div>
              )}
            </Field>
          </div>
          <div>
            <Button
              onClick={() => {
                desk.dialogs.close();
                desk.actions.run("list.clear");
              }}
            >
              Clear the list…
            </Button>
          </div>
        </Section>
        <Section title="About">
          <p>Creel {status?.version}. Everything it keeps is in one folder:</p>
          <div className={css.folder}>
            <code title={settings.dataDir}>{settings.dataDir}</code>
            <CopyButton small label="Copy path" onCopy={() => desk.host.copyText(settings.dataDir)} />
          </div>
          <p className={css.dim}>
            To remove Creel, close it and delete the program and this folder. Nothing else is left.
          </p>
        </Section>
      </form>
    </Dialog>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={css.section} aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}
