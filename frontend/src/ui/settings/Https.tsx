import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { day } from "../../model/format";
import type { TlsStatus } from "../../model/types";
import { type Desk, useDesk } from "../../state/desk";
import { reads } from "../../state/queries";
import { useSaving } from "../../state/saving";
import { words } from "../../state/toasts";
import { Button, CopyLine, Field, inputClass, TextField } from "../parts";
import css from "./Settings.module.css";

/** The port offered for HTTPS: beside the usual one of HTTP. */
const PORT = "4293";

/** Catching over HTTPS: on and off at once, and how senders come to trust it. */
export function Https() {
  const desk = useDesk();
  const tls = useQuery(reads.tls(desk));
  if (tls.error) return <p className={css.error}>{words(tls.error)}</p>;
  if (!tls.data) return null;
  return tls.data.listening ? <On tls={tls.data} /> : <Off tls={tls.data} />;
}

async function listen(desk: Desk, address: string, host: string): Promise<void> {
  const now = await desk.door.listenTls({ address, host, remember: true });
  desk.queries.setQueryData(reads.tls(desk).queryKey, now);
}

function Off({ tls }: { tls: TlsStatus }) {
  const desk = useDesk();
  const [address, setAddress] = useState(tls.address || PORT);
  const [host, setHost] = useState(tls.host);
  const { busy, at, other, save } = useSaving(["address", "host"], (kind) =>
    kind === "busy" ? "address" : "",
  );
  const turnOn = () => void save(() => listen(desk, address.trim(), host.trim()));
  // Enter in these two fields turns it on; it does not save the settings around them.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    if (!busy && address.trim() !== "") turnOn();
  };
  return (
    <>
      <p className={css.dim}>
        For senders that refuse plain http://. Creel signs for this machine with an authority of its own,
        which the sender has to trust; HTTP/2 is spoken, too.
      </p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the Enter key of the two fields in it */}
      <div className={css.two} onKeyDown={onKeyDown}>
        <TextField
          label="Port for HTTPS"
          hint="A port, or host:port."
          error={at("address") ?? tls.error?.text}
          mono
          value={address}
          onChange={setAddress}
        />
        <TextField
          label="Also signed for"
          hint="A name or address in your own network; this machine always is."
          error={at("host")}
          mono
          placeholder="nothing else"
          value={host}
          onChange={setHost}
        />
      </div>
      {other && (
        <p className={css.error} role="alert">
          {other}
        </p>
      )}
      <div>
        <Button disabled={busy || address.trim() === ""} onClick={turnOn}>
          Turn on HTTPS
        </Button>
      </div>
    </>
  );
}

function On({ tls }: { tls: TlsStatus }) {
  const desk = useDesk();
  const [system, setSystem] = useState(tls.trust[0]?.system ?? "");
  const { busy, other, save } = useSaving([]);
  const how = tls.trust.find((t) => t.system === system);
  return (
    <>
      <CopyLine text={tls.url} label="Copy URL" onCopy={() => desk.host.copyText(tls.url)} />
      {tls.certificate && (
        <>
          <p className={css.dim}>
            Signed for this machine{tls.host && ` and ${tls.host}`} by Creel’s own authority, until{" "}
            {day(tls.certificate.expiresAt, new Date())}. Whoever sends has to trust it. Its fingerprint
            (SHA-256):
          </p>
          <p className={css.fingerprint}>{tls.certificate.fingerprint}</p>
        </>
      )}
      <div className={css.row}>
        <Button
          onClick={() =>
            void desk.host.saveFile("/api/v1/tls/ca.pem", "creel-ca.pem").catch(desk.toasts.fail)
          }
        >
          Save the certificate…
        </Button>
        <Button disabled={busy} onClick={() => void save(() => listen(desk, "", tls.host))}>
          Turn off HTTPS
        </Button>
      </div>
      {other && (
        <p className={css.error} role="alert">
          {other}
        </p>
      )}
      <Field label="How to trust it: with">
        {(ids) => (
          <select
            {...ids}
            className={inputClass}
            value={system}
            onChange={(event) => setSystem(event.currentTarget.value)}
          >
            {tls.trust.map((t) => (
              <option key={t.system}>{t.system}</option>
            ))}
          </select>
        )}
      </Field>
      {how && <Steps title="Do this where the certificate was saved" lines={how.do} />}
      {how && how.undo.length > 0 && <Steps title="To undo that" lines={how.undo} />}
    </>
  );
}

function Steps({ title, lines }: { title: string; lines: readonly string[] }) {
  return (
    <div className={css.steps}>
      <h4>{title}</h4>
      <pre>{lines.join("\n")}</pre>
    </div>
  );
}
