import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { useDesk } from "../../state/desk";
import { useStatus } from "../../state/queries";
import { useStore } from "../../state/store";
import { words } from "../../state/toasts";
import { Button, inputClass, WarnIcon } from "../parts";
import css from "./Shell.module.css";

/** What is wrong with the program as a whole, and what to do about it. */
export function Banners() {
  const status = useStatus().data;
  const gone = useGone();
  return (
    <>
      {gone && (
        <Banner tone="warn">
          <p>Creel does not answer. It may have been closed; this page goes on by itself when it is back.</p>
        </Banner>
      )}
      {!gone && status && !status.catch.listening && (
        <PortBanner address={status.catch.address} why={status.catch.error?.text} />
      )}
      {!gone && status?.history.error && (
        <Banner tone="bad">
          <p>{sentence(status.history.error.text)}</p>
        </Banner>
      )}
      {!gone && status?.history.notice && (
        <Banner tone="warn">
          <p>{sentence(status.history.notice.text)}</p>
        </Banner>
      )}
    </>
  );
}

/** The catch port is taken: try again, or choose another and keep it. */
function PortBanner({ address, why }: { address: string; why: string | undefined }) {
  const { door } = useDesk();
  const queries = useQueryClient();
  const [port, setPort] = useState<string>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const listen = async (to?: string) => {
    setBusy(true);
    setError(undefined);
    try {
      await door.listen(to, to !== undefined);
    } catch (problem) {
      setError(words(problem));
    } finally {
      setBusy(false);
      await queries.invalidateQueries({ queryKey: ["status"] });
      await queries.invalidateQueries({ queryKey: ["endpoints"] });
    }
  };
  const host = address.slice(0, address.lastIndexOf(":"));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void listen(`${host}:${port}`);
  };
  const text = error ?? (why ? sentence(why) : `Creel is not listening on ${address}.`);
  return (
    <Banner tone="bad">
      <p>{text.includes(address) ? text : `${text} (${address})`}</p>
      <Button small disabled={busy} onClick={() => void listen()}>
        Retry
      </Button>
      {port === undefined ? (
        <Button small onClick={() => setPort(String(Number(address.split(":").at(-1)) + 10))}>
          Use another port
        </Button>
      ) : (
        <form onSubmit={submit}>
          <input
            className={`${inputClass} ${css.portInput}`}
            aria-label="Port to listen on"
            inputMode="numeric"
            // biome-ignore lint/a11y/noAutofocus: it appears because the person asked for it
            autoFocus
            value={port}
            onChange={(event) => setPort(event.target.value.replace(/\D/g, "").slice(0, 5))}
          />
          <Button small look="primary" type="submit" disabled={busy || port === ""}>
            Listen there
          </Button>
        </form>
      )}
    </Banner>
  );
}

function Banner({ tone, children }: { tone: "bad" | "warn"; children: ReactNode }) {
  return (
    <div className={`${css.banner} ${tone === "bad" ? css.bannerBad : css.bannerWarn}`} role="alert">
      <WarnIcon />
      {children}
    </div>
  );
}

/** True once the live line has been down for a while; a short break is not worth a banner. */
function useGone(): boolean {
  const { link } = useDesk();
  const state = useStore(link);
  const [gone, setGone] = useState(false);
  useEffect(() => {
    if (state === "connected") {
      setGone(false);
      return;
    }
    const timer = setTimeout(() => setGone(true), 2_000);
    return () => clearTimeout(timer);
  }, [state]);
  return gone;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
