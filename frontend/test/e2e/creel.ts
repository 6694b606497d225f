import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";

/** A running `creel-headless serve` with an empty history of its own. */
export interface Creel {
  catch: string;
  ui: string;
  token: string;
  /** Posts something to the catch port, JSON unless it is text. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Asks the door. */
  api(method: string, path: string, body?: unknown): Promise<unknown>;
}

/** What Creel sends on to: it remembers requests and answers what the test says. */
export interface App {
  url: string;
  got: { method: string; path: string; headers: IncomingMessage["headers"]; body: string }[];
  answer: (path: string) => { status?: number; body?: string; type?: string; delayMs?: number };
}

export interface Fixtures {
  creel: Creel;
  app: App;
  /** The page, open, with no error in its console so far; 4xx of bad input are not errors. */
  open(path?: string): Promise<Page>;
}

const binary = process.env.CREEL_BIN ?? resolve(import.meta.dirname, "../../../build/bin/creel-headless");

async function serve(): Promise<{ creel: Creel; stop(): Promise<void> }> {
  const data = mkdtempSync(join(tmpdir(), "creel-e2e-"));
  const child: ChildProcess = spawn(
    binary,
    ["serve", "--data", data, "--catch", "127.0.0.1:0", "--ui", "127.0.0.1:0", "--ready-json"],
    {
      stdio: ["ignore", "pipe", "inherit"],
      // Never the keychain of whoever tests.
      env: { ...process.env, CREEL_SECRETS: "file" },
    },
  );
  const line = await new Promise<string>((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`creel left with ${code} before it was ready`)));
    if (child.stdout) createInterface(child.stdout).once("line", done);
  });
  const ready = JSON.parse(line) as { catch: string; ui: string; token: string };
  const creel: Creel = {
    ...ready,
    post: (path, body = "", headers = {}) =>
      fetch(ready.catch + path, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: { "Content-Type": typeof body === "string" ? "text/plain" : "application/json", ...headers },
      }),
    api: async (method, path, body) => {
      const answer = await fetch(`${ready.ui}/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${ready.token}`, "Content-Type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.status === 204 ? undefined : answer.json();
    },
  };
  return {
    creel,
    stop: async () => {
      const left = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      await left;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function listen(app: App): Promise<Server> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => {
      body += part.toString();
    });
    request.on("end", () => {
      const path = request.url ?? "";
      app.got.push({ method: request.method ?? "", path, headers: request.headers, body });
      const { status = 200, body: answer = "ok", type = "text/plain", delayMs = 0 } = app.answer(path);
      setTimeout(() => response.writeHead(status, { "Content-Type": type }).end(answer), delayMs);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  app.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return server;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  creel: async ({}, use) => {
    const { creel, stop } = await serve();
    await use(creel);
    await stop();
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  app: async ({}, use) => {
    const app: App = { url: "", got: [], answer: () => ({}) };
    const server = await listen(app);
    await use(app);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  },
  open: async ({ page, creel }, use) => {
    const wrong: string[] = [];
    page.on("pageerror", (error) => wrong.push(error.message));
    page.on("console", (message) => {
      const badInput = /the server responded with a status of 4\d\d/.test(message.text());
      if (message.type() === "error" && !badInput) wrong.push(message.text());
    });
    await use(async (path = "/") => {
      await page.goto(`${creel.ui}${path}#token=${creel.token}`);
      await expect(page.getByRole("listbox", { name: /^Requests/ })).toBeVisible();
      await expect(page.getByText(/^Listening on/)).toBeVisible();
      return page;
    });
    expect(wrong).toEqual([]);
  },
});

/** Fails on any serious or critical accessibility violation of what is shown. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter((v) => v.impact === "serious" || v.impact === "critical");
  expect(grave.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`)).toEqual([]);
}

export { expect, type Page };
