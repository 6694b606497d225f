import { type FormEvent, useState } from "react";
import { readAddress, targetName } from "../../model/setup";
import { DoorError, type Target } from "../../model/types";
import { useDesk } from "../../state/desk";
import { useTargets } from "../../state/queries";
import { placeOf, recentUrls, rememberUrl, send, type Where } from "../../state/sending";
import { withResign } from "../../state/signing";
import { words } from "../../state/toasts";
import { ResignFor } from "../detail/signature/ResignFor";
import { AddressHint, Button, Dialog, Field, inputClass, TextField } from "../parts";
import css from "./Send.module.css";

/** Sends one request as it is: to a pasted URL, or to a target by one press. */
export function ForwardDialog({ seq }: { seq: number }) {
  const desk = useDesk();
  const targets = useTargets().data ?? [];
  const [recent] = useState(() => recentUrls());
  const [url, setUrl] = useState("");
  const [keep, setKeep] = useState(false);
  const [name, setName] = useState("");
  const [error, setError] = useState<{ field: string; text: string }>();
  const [busy, setBusy] = useState(false);
  const address = readAddress(url);
  const kept = new Set(targets.map((t) => t.url));

  const go = async (where: Where) => {
    const close = desk.dialogs.closer();
    setBusy(true);
    setError(undefined);
    try {
      await send(desk, seq, await withResign(desk, seq, where));
      if (where.url) rememberUrl(where.url);
      close();
    } catch (reason) {
      const field = reason instanceof DoorError ? reason.field : "";
      setError({ field: field === "name" ? "name" : "url", text: words(reason) });
    } finally {
      setBusy(false);
    }
  };
  /** The name of the target to be; one that an earlier try made is not made twice. */
  const keepTarget = async () => {
    const wanted = name.trim();
    const known = targets.find(
      (t) => t.url === address.url && t.pathMode === "exact" && (wanted === "" || t.name === wanted),
    );
    if (known) return known.name;
    const made = await desk.door.addTarget({
      name: wanted || targetName(address.url, targets),
      url: address.url,
      pathMode: "exact",
    });
    await desk.queries.invalidateQueries({ queryKey: ["targets"] });
    return made.name;
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (address.url === "") {
      setError({ field: "url", text: "Paste the URL of your app, such as http://localhost:3000/webhooks" });
      return;
    }
    if (!keep) return go({ url: address.url });
    setBusy(true);
    try {
      await go({ target: await keepTarget() });
    } catch (reason) {
      const field = reason instanceof DoorError && reason.field === "name" ? "name" : "url";
      setError({ field, text: words(reason) });
    } finally {
      setBusy(false);
    }
  };

  const others = recent.filter((u) => !kept.has(u));
  return (
    <Dialog open onClose={desk.dialogs.close} title={`Forward request #${seq}`} size={560}>
      <form className={css.forward} onSubmit={(event) => void submit(event)}>
        <Field
          label="URL"
          error={error?.field === "url" ? error.text : undefined}
          hint={
            <AddressHint read={address} onUse={setUrl}>
              The request is sent as it arrived; only Host, Content-Length and connection lines are written
              anew.
            </AddressHint>
          }
        >
          {(ids) => (
            <div className={css.urlRow}>
              <input
                {...ids}
                className={inputClass}
                value={url}
                data-autofocus
                placeholder="http://localhost:3000/webhooks"
                spellCheck={false}
                autoComplete="off"
                onChange={(event) => setUrl(event.currentTarget.value)}
              />
              <Button type="submit" look="primary" disabled={busy}>
                Forward
              </Button>
            </div>
          )}
        </Field>
        <div className={css.keep}>
          <label>
            <input type="checkbox" checked={keep} onChange={(e) => setKeep(e.currentTarget.checked)} /> Keep
            this URL as a target
          </label>
          {keep && (
            <TextField
              label="Name of the target"
              error={error?.field === "name" ? error.text : undefined}
              value={name}
              placeholder={targetName(address.url, targets)}
              onChange={setName}
            />
          )}
        </div>
      </form>
      <ResignFor seq={seq} />
      {targets.length > 0 && (
        <Places
          title="Targets"
          items={targets.map((t: Target) => ({
            id: t.name,
            name: t.name,
            url: t.url,
            where: { target: t.name },
          }))}
          disabled={busy}
          onPick={(where) => void go(where)}
        />
      )}
      {others.length > 0 && (
        <Places
          title="Sent to lately"
          items={others.map((u) => ({ id: u, name: placeOf({ url: u }), url: "", where: { url: u } }))}
          disabled={busy}
          onPick={(where) => void go(where)}
        />
      )}
    </Dialog>
  );
}

interface Place {
  id: string;
  name: string;
  url: string;
  where: Where;
}

function Places(props: { title: string; items: Place[]; disabled: boolean; onPick(where: Where): void }) {
  return (
    <section className={css.places} aria-label={props.title}>
      <h3>{props.title}</h3>
      <ul>
        {props.items.map((item) => (
          <li key={item.id}>
            <button type="button" disabled={props.disabled} onClick={() => props.onPick(item.where)}>
              <span className={css.placeName}>{item.name}</span>
              <span className={css.placeUrl} title={item.url}>
                {item.url}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
