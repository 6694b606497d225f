import { type ReactNode, useState } from "react";
import { bytes, plural } from "../../model/format";
import { type Amount, amountOf, bytesOf, elsewhere, wholeOf } from "../../model/setup";
import type { Settings, SettingsPatch } from "../../model/types";
import { setTheme } from "../../state/commands";
import { useDesk } from "../../state/desk";
import { useStatus } from "../../state/queries";
import { useLeave, useSaving } from "../../state/saving";
import { Button, CopyLine, Field, FormDialog, inputClass, Segmented, TextField } from "../parts";
import { Https } from "./Https";
import css from "./Settings.module.css";

const FIELDS = ["catchAddress", "maxBodyBytes", "keepCount", "keepAgeHours", "keepBytes"];

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
  // A port that is taken is told by its kind.
  const { busy, at, other, wrong, save } = useSaving(FIELDS, (kind) =>
    kind === "busy" ? "catchAddress" : "",
  );

  const leave = useLeave([address, body, keep, days, size]);

  const submit = () => {
    const mebibytes = wholeOf(body);
    const keepCount = wholeOf(keep);
    const keepBytes = bytesOf(size);
    const keepDays = days.trim() === "" ? 0 : Number(days);
    if (!mebibytes || mebibytes > 256) return wrong("maxBodyBytes", "Give 1 to 256 MiB");
    // The door takes 0 for no limit, which nobody means who types it.
    if (keepCount === undefined || (keepCount === 0 && keep.trim() !== ""))
      return wrong("keepCount", "Give a whole number from 1, or nothing for no limit");
    const hours = Math.round(keepDays * 24);
    if (!Number.isFinite(keepDays) || keepDays < 0 || (hours === 0 && days.trim() !== ""))
      return wrong("keepAgeHours", "Give a number of days from 0.05, or nothing for no limit");
    if (keepBytes === undefined || (keepBytes === 0 && size.value.trim() !== ""))
      return wrong("keepBytes", "Give a number above 0, or nothing for no limit");
    const patch: SettingsPatch = {
      maxBodyBytes: mebibytes * 1024 * 1024,
      keepCount,
      keepAgeHours: hours,
      keepBytes,
    };
    if (address.trim() !== settings.catchAddress) patch.catchAddress = address.trim();
    const close = desk.dialogs.closer();
    void save(async () => {
      await desk.door.changeSettings(patch);
      await Promise.all(
        ["settings", "status", "endpoints"].map((key) => desk.queries.invalidateQueries({ queryKey: [key] })),
      );
      close();
      desk.toasts.show({ tone: "good", text: "Settings saved" });
    });
  };

  return (
    <FormDialog
      title="Settings"
      size={640}
      submit="Save"
      onSubmit={submit}
      onClose={desk.dialogs.close}
      onLeave={leave}
      error={other}
      disabled={busy}
    >
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
      <Section title="Listening">
        <div className={css.two}>
          <TextField
            label="Port to listen on"
            error={at("catchAddress")}
            hint="A port, or host:port. A new port makes new URLs, which your providers need."
            mono
            value={address}
            onChange={setAddress}
          />
          <TextField
            label="Largest body, in MiB"
            error={at("maxBodyBytes")}
            hint="Larger ones are answered 413."
            inputMode="numeric"
            value={body}
            onChange={setBody}
          />
        </div>
        {status?.catch.listening && elsewhere(settings.catchAddress, status.catch.address) && (
          <p className={css.note} role="note">
            <span>
              This run listens on <code>{status.catch.address}</code>. The next one listens on the port above.
            </span>
            <Button
              small
              disabled={address === status.catch.address}
              onClick={() => setAddress(status.catch.address)}
            >
              Use it from now on
            </Button>
          </p>
        )}
      </Section>
      <Section title="HTTPS">
        <Https />
      </Section>
      <Section title="History">
        <p className={css.dim}>
          {status &&
            `${plural(status.history.requests, "request")}, ${bytes(settings.databaseBytes)} on disk. `}
          Past a limit the oldest go first, with their deliveries. Pinned requests are never removed. An empty
          field is no limit.
        </p>
        <div className={css.three}>
          <TextField
            label="Newest requests kept"
            error={at("keepCount")}
            inputMode="numeric"
            value={keep}
            placeholder="no limit"
            onChange={setKeep}
          />
          <TextField
            label="Days kept"
            error={at("keepAgeHours")}
            inputMode="decimal"
            value={days}
            placeholder="no limit"
            onChange={setDays}
          />
          <SizeField value={size} error={at("keepBytes")} onChange={setSize} />
        </div>
        <div>
          <Button disabled={desk.list.length === 0} onClick={() => desk.actions.run("list.clear")}>
            Delete all requests in the list…
          </Button>
        </div>
      </Section>
      <Section title="About">
        <p>Creel {status?.version}. Everything it keeps is in one folder:</p>
        <CopyLine
          text={settings.dataDir}
          label="Copy path"
          onCopy={() => desk.host.copyText(settings.dataDir)}
        />
        <p className={css.dim}>
          To remove Creel, close it and delete the program and this folder. Nothing else is left.
        </p>
      </Section>
    </FormDialog>
  );
}

interface SizeFieldProps {
  value: Amount;
  error: string | undefined;
  onChange(value: Amount): void;
}

function SizeField({ value, error, onChange }: SizeFieldProps) {
  return (
    <Field label="Size kept" error={error}>
      {(ids) => (
        <div className={css.amount}>
          <input
            {...ids}
            className={inputClass}
            inputMode="decimal"
            value={value.value}
            placeholder="no limit"
            onChange={(e) => onChange({ ...value, value: e.currentTarget.value })}
          />
          <select
            className={inputClass}
            aria-label="Unit of the size"
            value={value.unit}
            onChange={(e) => onChange({ ...value, unit: e.currentTarget.value === "MB" ? "MB" : "GB" })}
          >
            <option>MB</option>
            <option>GB</option>
          </select>
        </div>
      )}
    </Field>
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
