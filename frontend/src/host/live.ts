import type { Signal } from "../model/types";
import type { Session } from "./host";

export type LinkState = "connecting" | "connected" | "reconnecting";

export interface LiveOptions {
  onSignal(signal: Signal): void;
  /** Called on each change; "connected" means: catch up now. */
  onState(state: LinkState): void;
  /** Injected by tests. */
  open?: (url: string, protocols: string[]) => WebSocket;
}

const FIRST_WAIT = 250;
const LONGEST_WAIT = 5_000;

/**
 * Holds the live line open until close() is called: it reconnects with a wait
 * that doubles from 250 ms to 5 s. Signals may be lost or doubled; each one
 * tells the whole state, so nothing is lost for good.
 */
export function openLive(session: Session, options: LiveOptions): { close(): void; retryNow(): void } {
  const url = `${session.address.replace(/^http/, "ws")}/api/v1/live`;
  const open = options.open ?? ((u: string, p: string[]) => new WebSocket(u, p));
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT;
  let closed = false;

  function connect() {
    timer = undefined;
    const s = open(url, ["creel.v1", `token.${session.token}`]);
    socket = s;
    s.onopen = () => {
      wait = FIRST_WAIT;
      options.onState("connected");
    };
    s.onmessage = (event) => {
      const signal = parse(event.data);
      if (signal) options.onSignal(signal);
    };
    s.onclose = () => {
      if (closed || socket !== s) return;
      options.onState("reconnecting");
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  }
  options.onState("connecting");
  connect();

  return {
    close() {
      closed = true;
      clearTimeout(timer);
      socket?.close();
    },
    retryNow() {
      if (timer === undefined || closed) return;
      clearTimeout(timer);
      wait = FIRST_WAIT;
      connect();
    },
  };
}

function parse(data: unknown): Signal | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const s = JSON.parse(data) as Partial<Signal>;
    if (typeof s.epoch === "number" && typeof s.rev === "number" && typeof s.lastSeq === "number") {
      return { epoch: s.epoch, rev: s.rev, lastSeq: s.lastSeq };
    }
  } catch {
    // Not ours: the next signal tells the whole state.
  }
  return undefined;
}
