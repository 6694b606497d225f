import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { readAddress, targetName } from "../../model/setup";
import { INBOX } from "../../state/commands";
import { useDesk } from "../../state/desk";
import { useEndpoints, useStatus, useTargets } from "../../state/queries";
import { useStore } from "../../state/store";
import { words } from "../../state/toasts";
import { AddressHint, Button, inputClass } from "../parts";
import css from "./Shell.module.css";
import { CatchUrl } from "./TopBar";

/** What a newcomer sees: three ways on, each one click away. */
export function Start() {
  const { actions } = useDesk();
  const status = useStatus().data;
  const listening = status?.catch.listening ?? true;
  return (
    <div className={css.start}>
      <div className={css.card}>
        <h2>{listening ? "Listening. Send something." : "Nothing is kept yet."}</h2>
        <p>Every request to the URL below is kept on this machine, exactly as it was sent.</p>
        <ol>
          <Step no={1} title="Paste this URL into your provider">
            <div className={css.stepRow}>
              <CatchUrl />
            </div>
          </Step>
          <Step no={2} title="Or try it now, offline">
            <p>A real-shaped event from Stripe, GitHub, Shopify and others, through the same URL.</p>
            <div className={css.stepRow}>
              <Button look="primary" onClick={() => actions.run("app.sample")}>
                Send a sample
              </Button>
              <Button onClick={() => actions.run("app.copyExample")}>Copy a curl command</Button>
            </div>
          </Step>
          <Step no={3} title="Send it on to your app">
            <ForwardHere />
          </Step>
        </ol>
      </div>
    </div>
  );
}

function Step({ no, title, children }: { no: number; title: string; children: React.ReactNode }) {
  return (
    <li className={css.step}>
      <div className={css.stepNo} aria-hidden="true" style={{ flex: "none" }}>
        {no}
      </div>
      <div>
        <h3>{title}</h3>
        {children}
      </div>
    </li>
  );
}

/** Makes a target of the URL and gives it to the endpoint in view. */
function ForwardHere() {
  const { door, scope, toasts } = useDesk();
  const queries = useQueryClient();
  const slug = useStore(scope, (s) => s.endpoint) ?? INBOX;
  const endpoint = useEndpoints().data?.find((e) => e.slug === slug);
  const targets = useTargets().data ?? [];
  const [url, setUrl] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const read = readAddress(url);
  const fed = endpoint?.targets ?? [];

  const forward = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const known = targets.find((t) => t.url === read.url);
      const target = known ?? (await door.addTarget({ name: targetName(read.url, targets), url: read.url }));
      await door.changeEndpoint(slug, { targets: [...new Set([...fed, target.name])] });
      setUrl("");
      toasts.show({ tone: "good", text: `Each new request to ${slug} goes on to ${target.url}` });
      await Promise.all(
        ["endpoints", "targets"].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      );
    } catch (problem) {
      setError(words(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void forward(event)}>
      {fed.length > 0 && (
        <p>
          Goes on to {fed.map((name) => targets.find((t) => t.name === name)?.url ?? name).join(", ")}{" "}
          already.
        </p>
      )}
      <div className={css.stepRow}>
        <input
          className={`${inputClass} mono`}
          aria-label="URL of your app"
          placeholder="http://localhost:3000/hooks"
          spellCheck={false}
          aria-invalid={error ? true : undefined}
          value={url}
          onChange={(event) => setUrl(event.target.value)}
        />
        <Button type="submit" disabled={busy || url.trim() === ""}>
          Forward here
        </Button>
      </div>
      {error ? (
        <div className={css.error} role="alert">
          {error}
        </div>
      ) : (
        <div className={css.addressHint}>
          <AddressHint read={read} onUse={setUrl} />
        </div>
      )}
    </form>
  );
}
