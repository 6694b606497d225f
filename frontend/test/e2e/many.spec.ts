import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, expectAccessible, type Page, test } from "./creel";

/** Row of a request by the end of its path. */
const row = (page: Page, path: string) => page.getByRole("option", { name: new RegExp(`${path}, `) });

const json = (body: string) => ({ type: "application/json", body });

test("one request goes to many places, and their answers stand side by side", async ({
  open,
  creel,
  app,
}) => {
  app.answer = (path) =>
    path === "/next" ? { ...json('{"ok":false,"stock":3}'), status: 202 } : json('{"ok":true,"stock":4}');
  await creel.api("POST", "/targets", { name: "checkout", url: `${app.url}/now`, pathMode: "exact" });
  await creel.post("/inbox/order", { order: 1 });
  const page = await open();
  await row(page, "/inbox/order").click();
  await page.getByRole("button", { name: "More ways to send" }).click();
  await page.getByRole("menuitem", { name: /^Send to many…/ }).click();

  const form = page.getByRole("dialog", { name: "Send request #1 on" });
  await expect(form.getByRole("textbox", { name: "And these URLs" })).toBeFocused();
  await form.getByRole("button", { name: "Send", exact: true }).click();
  await expect(form.getByRole("alert")).toContainText("Choose a target");
  await form.getByRole("checkbox", { name: /^checkout/ }).check();
  await form.getByRole("textbox", { name: "And these URLs" }).fill(`${app.url}/next\n${app.url}/now`);
  await expect(form.getByRole("status")).toHaveText("1 request × 3 places = 3 sendings");
  await expectAccessible(page);
  await form.getByRole("button", { name: "Send", exact: true }).click();

  const run = page.getByRole("dialog", { name: "Run 1" });
  await expect(run.getByRole("status").first()).toHaveText(/^Done · 3 sent/);
  const answers = run.getByRole("table", { name: "Answers" });
  await expect(answers.getByRole("row", { name: /checkout.*200.*the base/ })).toBeVisible();
  await expect(
    answers.getByRole("row", { name: /\/next.*202.*status, 2 changes in the body/ }),
  ).toBeVisible();
  await expect(answers.getByRole("row", { name: /\/now.*200.*same/ })).toBeVisible();
  expect(app.got.map((g) => g.path).sort()).toEqual(["/next", "/now", "/now"]);

  await answers.getByRole("button", { name: /\/next$/ }).click();
  const compared = run.getByRole("region", { name: /^Answer of .*\/next$/ });
  await expect(compared.getByRole("list", { name: "Changes" })).toContainText("stock");
  await expectAccessible(page);
  // Another base: now the two others differ.
  await answers.getByRole("radio", { name: /\/next$/ }).check();
  await expect(answers.getByRole("row", { name: /checkout.*status, 2 changes in the body/ })).toBeVisible();
  await expect(answers.getByRole("row", { name: /\/next.*the base/ })).toBeVisible();
});

test("a run over a filter stops at the first failure and goes on when told to", async ({
  open,
  creel,
  app,
}) => {
  for (let n = 1; n <= 6; n++) await creel.post(`/inbox/order/${n}`, { n });
  await creel.post("/inbox/other", {});
  app.answer = () => (app.got.length === 3 ? { status: 500, body: "broken" } : {});
  const page = await open();
  await page.getByRole("combobox", { name: /filter/i }).fill("path:*order*");
  await page.keyboard.press("Enter");
  await expect(page.getByText("6 of 7 requests")).toBeVisible();
  await page.getByRole("button", { name: "More for the list" }).click();
  await page.getByRole("menuitem", { name: "Send all to…" }).click();
  const form = page.getByRole("dialog", { name: "Send 6 requests" });
  await form.getByRole("textbox", { name: "URLs" }).fill(`${app.url}/in`);
  await form.getByRole("checkbox", { name: "Stop at the first failure" }).check();
  await form.getByRole("textbox", { name: "Times each" }).fill("0");
  await form.getByRole("button", { name: "Send", exact: true }).click();
  await expect(form.getByRole("alert")).toHaveText("A number from 1 to 100");
  await form.getByRole("textbox", { name: "Times each" }).fill("1");
  await form.getByRole("button", { name: "Send", exact: true }).click();

  const run = page.getByRole("dialog", { name: "Run 1" });
  await expect(run.getByRole("status").first()).toHaveText(
    "Stopped at the first failure · 3 of 6 · 1 failed",
  );
  await expect(run.getByText(/^stopped at the first failure, request 3: the answer was 500$/)).toBeVisible();
  expect(app.got.map((g) => JSON.parse(g.body).n)).toEqual([1, 2, 3]);
  await run.getByRole("radio", { name: "Failed 1" }).click();
  const results = run.getByRole("listbox", { name: "Results" });
  await expect(results.getByRole("option")).toHaveCount(1);
  await results.getByRole("option", { name: /Request 3, POST \/inbox\/order\/3: 500/ }).click();
  await expect(run.getByRole("region", { name: "Result of request 3" })).toContainText("broken");
  await expectAccessible(page);
  await run.getByRole("radio", { name: "Not sent 3" }).click();
  await expect(results.getByRole("option")).toHaveCount(3);

  await run.getByRole("button", { name: "Go on with 3" }).click();
  await expect(run.getByRole("status").first()).toHaveText("Done · 6 sent · 1 failed");
  expect(app.got.map((g) => JSON.parse(g.body).n)).toEqual([1, 2, 3, 4, 5, 6]);
});

test("a run is cancelled while it is at work", async ({ open, creel, app }) => {
  for (let n = 1; n <= 5; n++) await creel.post(`/inbox/slow/${n}`, { n });
  const page = await open();
  await creel.api("POST", "/runs", { filter: "", url: `${app.url}/in`, ratePerSecond: 0.05 });
  await page.getByRole("button", { name: /^Run 1: 1 of 5$/ }).click();
  const run = page.getByRole("dialog", { name: "Run 1" });
  await expect(run.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "20");
  await run.getByRole("button", { name: "Cancel" }).click();
  await expect(run.getByRole("status").first()).toHaveText(/^Cancelled · 1 of 5/);
  await expect(run.getByRole("button", { name: "Go on with 4" })).toBeVisible();
  expect(app.got).toHaveLength(1);
});

test("the replay loop tells which answers a change of the app has changed", async ({ open, creel, app }) => {
  app.answer = (path) => json(`{"path":"${path}","total":10}`);
  for (const n of [1, 2, 3]) {
    await creel.post(`/inbox/order/${n}`, { n });
    await creel.api("POST", `/requests/${n}/replay`, { url: `${app.url}/app/${n}` });
  }
  const page = await open();
  // Select the first three by keys and pin them together.
  await row(page, "/inbox/order/3").click();
  await page.keyboard.press("Shift+J");
  await page.keyboard.press("Shift+J");
  const bar = page.getByRole("toolbar", { name: "Selected requests" });
  await expect(bar.getByRole("status")).toHaveText("3 selected");
  await expect(row(page, "/inbox/order/2")).toHaveAttribute("aria-selected", "true");
  await expectAccessible(page);
  await bar.getByRole("button", { name: "Pin" }).click();
  await expect(row(page, "/inbox/order/1")).toHaveAccessibleName(/pinned/);
  await page.keyboard.press("Escape");
  await expect(bar).toBeHidden();
  await expect.poll(() => app.got.length).toBe(3);

  // The app changes: one answer gets another total, one fails.
  app.answer = (path) => {
    if (path === "/app/2") return json(`{"path":"${path}","total":12}`);
    if (path === "/app/3") return { status: 500, body: "boom" };
    return json(`{"path":"${path}","total":10}`);
  };
  await page.keyboard.press("Shift+R");
  const first = page.getByRole("dialog", { name: "Run 1" });
  await expect(first.getByRole("status").first()).toHaveText("Done · 3 sent · 1 failed · 2 changed");
  const results = first.getByRole("listbox", { name: "Results" });
  await expect(results.getByRole("option", { name: /Request 1, .*: 200 same/ })).toBeVisible();
  await expect(results.getByRole("option", { name: /Request 3, .*: 500 was 200, now 500/ })).toBeVisible();
  await first.getByRole("radio", { name: "Changed 2" }).click();
  await expect(results.getByRole("option")).toHaveCount(2);
  await results.getByRole("option", { name: /Request 2, .*: 200 1 change/ }).click();
  const result = first.getByRole("region", { name: "Result of request 2" });
  await expect(result.getByRole("list", { name: "Changes" })).toContainText("total");
  await expectAccessible(page);

  // The same once more, by its key: nothing has changed since.
  await results.focus();
  await page.keyboard.press("r");
  const second = page.getByRole("dialog", { name: "Run 2" });
  await expect(second.getByRole("status").first()).toHaveText(
    "Done · 3 sent · 1 failed · all the same answer",
  );
  expect(app.got).toHaveLength(9);
});

test("a simulation tells what a provider would make of a slow and failing app", async ({
  open,
  creel,
  app,
}) => {
  app.answer = () => (app.got.length < 3 ? { status: 503, body: "down" } : {});
  await creel.post("/inbox/event", { type: "message" });
  const page = await open();
  await row(page, "/inbox/event").click();
  await page.getByRole("button", { name: "More ways to send" }).click();
  await page.getByRole("menuitem", { name: "Simulate a provider's retries…" }).click();
  const form = page.getByRole("dialog", { name: "Send request #1 on" });
  await form.getByRole("combobox", { name: "Provider" }).selectOption({ label: "Zoom" });
  await expect(form.getByText("Waits 3 s for the answer; accepts 200 or 204")).toBeVisible();
  await expect(form.getByText("documented").first()).toBeVisible();
  await form.getByRole("textbox", { name: "URLs" }).fill(`${app.url}/hook`);
  await expectAccessible(page);
  await form.getByRole("button", { name: "Simulate", exact: true }).click();

  const run = page.getByRole("dialog", { name: "Run 1" });
  await expect(run.getByRole("status").first()).toHaveText("Done · 3 tries");
  await expect(run.getByText("accepted after 3 tries, 25 min")).toBeVisible();
  const tries = run.getByRole("listbox", { name: "Tries" });
  await expect(
    tries.getByRole("option", { name: /^Try 1 at 0 s: 503 .*tried again after 5 min/ }),
  ).toBeVisible();
  await expect(tries.getByRole("option", { name: /^Try 3 at 25 min: 200 .*accepted/ })).toBeVisible();
  await tries.getByRole("option", { name: /^Try 2/ }).click();
  await expect(run.getByRole("region", { name: "Result of request 1" })).toContainText("down");
  await expectAccessible(page);
  await page.keyboard.press("Escape");

  // An answer that is right but late.
  const slow = await open(); // the same page anew
  app.answer = () => ({ delayMs: 1300 });
  await creel.api("POST", "/runs", { seqs: [1], url: `${app.url}/late`, simulate: "sentry" });
  await slow.getByRole("button", { name: "More for the list" }).click();
  await slow.getByRole("menuitem", { name: "Runs so far…" }).click();
  await slow.getByRole("button", { name: /^Sentry simulated: request #1/ }).click();
  await expect(
    slow.getByRole("option", { name: /^Try 1 at 0 s: 200 after 1\..*but Sentry waits 1 s/ }),
  ).toBeVisible();
});

test("a result that is open follows what becomes of it", async ({ open, creel }) => {
  for (const n of [1, 2]) await creel.post(`/inbox/held/${n}`, { n });
  // It holds its answers back until it is told not to.
  const held: ServerResponse[] = [];
  let holds = true;
  const server = createServer((_, response) => {
    if (holds) held.push(response);
    else response.end("ok");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const page = await open();
  await creel.api("POST", "/runs", {
    filter: "",
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`,
  });
  await page.getByRole("button", { name: /^Run 1: 0 of 2$/ }).click();
  const run = page.getByRole("dialog", { name: "Run 1" });
  await run.getByRole("option", { name: /^Request 2/ }).click();
  const result = run.getByRole("region", { name: "Result of request 2" });
  await expect(result).toContainText("Nothing was sent as yet");
  await expect.poll(() => held.length).toBe(1);
  holds = false;
  held[0]?.end("ok");
  await expect(run.getByRole("status").first()).toHaveText(/^Done · 2 sent/);
  await expect(result).toContainText("HTTP/1.1 200 OK");
  await expect(result).not.toContainText("Nothing was sent as yet");
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});
