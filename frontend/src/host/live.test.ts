import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Signal } from "../model/types";
import { openLive } from "./live";

class Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {}
  close() {
    this.closed = true;
    this.onclose?.();
  }
}

function setUp() {
  const sockets: Socket[] = [];
  const signals: Signal[] = [];
  const states: string[] = [];
  const line = openLive(
    { address: "http://127.0.0.1:4291", token: "T" },
    {
      onSignal: (s) => signals.push(s),
      onState: (s) => states.push(s),
      open: (url, protocols) => {
        const socket = new Socket(url, protocols);
        sockets.push(socket);
        return socket as unknown as WebSocket;
      },
    },
  );
  return { line, sockets, signals, states };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("brings the token as a subprotocol, never in the URL", () => {
  const { sockets } = setUp();
  expect(sockets[0]?.url).toBe("ws://127.0.0.1:4291/api/v1/live");
  expect(sockets[0]?.protocols).toEqual(["creel.v1", "token.T"]);
});

it("passes on whole signals and drops anything else", () => {
  const { sockets, signals } = setUp();
  for (const data of ['{"epoch":1,"rev":2,"lastSeq":3}', "{", "null", '{"epoch":1}', 7])
    sockets[0]?.onmessage?.({ data });
  expect(signals).toEqual([{ epoch: 1, rev: 2, lastSeq: 3 }]);
});

it("reconnects with a growing wait that starts over once it is open", async () => {
  const { sockets, states } = setUp();
  sockets[0]?.onopen?.();
  sockets[0]?.onclose?.();
  expect(states).toEqual(["connecting", "connected", "reconnecting"]);
  await vi.advanceTimersByTimeAsync(250);
  expect(sockets).toHaveLength(2);
  sockets[1]?.onclose?.();
  await vi.advanceTimersByTimeAsync(250);
  expect(sockets).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(250);
  expect(sockets).toHaveLength(3);
  for (let i = 2; i < 10; i++) {
    sockets[i]?.onclose?.();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sockets).toHaveLength(i + 2);
  }
  sockets.at(-1)?.onopen?.();
  sockets.at(-1)?.onclose?.();
  await vi.advanceTimersByTimeAsync(250);
  expect(sockets).toHaveLength(12);
});

it("tries at once when asked, and stays closed when closed", async () => {
  const { line, sockets, states } = setUp();
  sockets[0]?.onclose?.();
  line.retryNow();
  expect(sockets).toHaveLength(2);
  line.retryNow(); // a try is under way
  expect(sockets).toHaveLength(2);
  line.close();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(sockets).toHaveLength(2);
  expect(states.at(-1)).toBe("reconnecting");
});
