import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:http2";
import type { AddressInfo } from "node:net";
import { expect, expectAccessible, test } from "./creel";

test("the first event is two clicks away", async ({ open }) => {
  const page = await open();
  await page.getByRole("main").getByRole("button", { name: "Send a sample" }).click();
  const dialog = page.getByRole("dialog", { name: "Send a sample" });
  await expect(
    dialog.getByRole("listbox", { name: "Samples" }).getByRole("option", { selected: true }),
  ).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: /^Send( ↵)?$/ }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("listbox", { name: /^Requests/ }).getByRole("option")).toHaveCount(1);
  await expect(page.getByRole("region", { name: "Request 1" })).toBeVisible();
});

test("a new app is forwarded to from the first screen, by its port alone", async ({ open, creel, app }) => {
  const page = await open();
  const main = page.getByRole("main");
  const field = main.getByRole("textbox", { name: "URL of your app" });
  await field.fill("localhost3000");
  await expect(main).toContainText("no machine called");
  await main.getByRole("button", { name: "Use http://localhost:3000" }).click();
  await expect(field).toHaveValue("http://localhost:3000");
  const { port } = new URL(app.url);
  await field.fill(`127.0.0.1:${port}/hooks`);
  await expect(main).toContainText(`Goes to ${app.url}/hooks`);
  await page.keyboard.press("Enter");
  await expect(main).toContainText(`Goes on to ${app.url}/hooks already`);
  await creel.post("/inbox", { n: 1 });
  await expect(page.getByRole("option", { name: /The target answered 200/ })).toBeVisible();
  expect(app.got.map((g) => g.path)).toEqual(["/hooks"]);
});

test("the top bar says whose URL is copied", async ({ open, creel }) => {
  const page = await open();
  const bar = page.getByRole("banner");
  await expect(bar.getByText("Inbox", { exact: true })).toHaveCount(0);
  await creel.api("POST", "/endpoints", { slug: "stripe", name: "Stripe" });
  await page.reload();
  await expect(bar.getByText("Inbox", { exact: true })).toBeVisible();
  await expect(bar.getByRole("button", { name: /Copy URL/ })).toHaveAttribute(
    "title",
    `Copy ${creel.catch}/inbox, the URL of Inbox`,
  );
});

test("an endpoint is made in the page, catches, is renamed, and leaves its requests", async ({
  open,
  creel,
}) => {
  const page = await open();
  await page.getByRole("button", { name: "Add an endpoint" }).click();
  const made = page.getByRole("dialog", { name: "New endpoint" });
  await expectAccessible(page);
  await made.getByRole("textbox", { name: "Name", exact: true }).fill("Shop Orders");
  await expect(made.getByRole("textbox", { name: "Path" })).toHaveValue("shop-orders");
  await expect(made.getByText(`${creel.catch}/shop-orders`, { exact: true })).toBeVisible();
  await made.getByRole("tab", { name: "Reply" }).click();
  await made.getByRole("textbox", { name: "Status" }).fill("202");
  await made.getByRole("textbox", { name: "Body" }).fill("thanks");
  await made.getByRole("button", { name: "Create endpoint" }).click();
  await expect(made).toBeHidden();
  const answer = await creel.post("/shop-orders/new", { n: 1 });
  expect([answer.status, await answer.text()]).toEqual([202, "thanks"]);
  const row = page.getByRole("option", { name: /^POST \/shop-orders\/new/ });
  await expect(row).toBeVisible();

  const side = page.getByRole("navigation");
  await side.getByRole("button", { name: "More for shop-orders" }).click();
  await page.getByRole("menuitem", { name: "Edit…" }).click();
  const edited = page.getByRole("dialog", { name: "Endpoint Shop Orders" });
  await edited.getByRole("textbox", { name: "Path" }).fill("not a slug/");
  await edited.getByRole("button", { name: "Save" }).click();
  await expect(edited.getByRole("textbox", { name: "Path" })).toHaveAttribute("aria-invalid", "true");
  await edited.getByRole("textbox", { name: "Path" }).fill("store");
  await edited.getByRole("button", { name: "Save" }).click();
  await expect(edited).toBeHidden();
  await expect(page.getByRole("banner").getByText(`${creel.catch}/store`)).toBeVisible();
  await expect(row).toBeVisible();

  await side.getByRole("button", { name: "More for store" }).click();
  await page.getByRole("menuitem", { name: "Edit…" }).click();
  await page.getByRole("button", { name: "Delete…" }).click();
  const asked = page.getByRole("dialog", { name: /^Delete the endpoint/ });
  await expectAccessible(page);
  // Whoever leaves the question finds the editor as it was.
  await asked.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("dialog", { name: "Endpoint Shop Orders" })).toBeVisible();
  await page.getByRole("button", { name: "Delete…" }).click();
  await asked.getByRole("button", { name: "Delete endpoint" }).click();
  await expect(asked).toBeHidden();
  await expect(side.getByRole("button", { name: "More for store" })).toHaveCount(0);
  await expect(row).toBeVisible();
});

test("a target made with the endpoint gets each new request by itself", async ({ open, creel, app }) => {
  const page = await open();
  await page.getByRole("button", { name: "More for inbox" }).click();
  await page.getByRole("menuitem", { name: "Reply and targets…" }).click();
  const dialog = page.getByRole("dialog", { name: /^Endpoint / });
  await dialog.getByRole("tab", { name: "Forwarding" }).click();
  await dialog.getByRole("textbox", { name: "Name of the new target" }).fill("local app");
  await dialog.getByRole("textbox", { name: "URL of the new target" }).fill(`${app.url}/base`);
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("checkbox", { name: /^local app/ })).toBeChecked();
  await expect(dialog.getByRole("textbox", { name: "URL of the new target" })).toHaveValue("");
  // What is typed and not added is meant all the same; a scheme it gets by itself.
  await dialog.getByRole("textbox", { name: "URL of the new target" }).fill(app.url.replace("http://", ""));
  await expect(dialog).toContainText(`Goes to ${app.url}`);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await creel.post("/inbox/orders?x=1", { n: 7 });
  await expect(page.getByRole("option", { name: /The target answered 200/ })).toBeVisible();
  await expect.poll(() => app.got.map((g) => g.path).sort()).toEqual(["/base/orders?x=1", "/orders?x=1"]);
  expect(app.got.map((g) => g.body)).toEqual(['{"n":7}', '{"n":7}']);

  await page.getByRole("button", { name: /^Target local app/ }).click();
  await expect(page.getByRole("dialog", { name: "Target local app" })).toBeVisible();
  await expectAccessible(page);
});

test("settings: the theme switches, retention prunes, a taken port is told at its field", async ({
  open,
  creel,
}) => {
  for (let i = 0; i < 6; i++) await creel.post(`/inbox/${i}`, { i });
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done));
  const port = String((taken.address() as AddressInfo).port);
  const page = await open();
  await page.getByRole("button", { name: "Settings" }).click();
  const dialog = page.getByRole("dialog", { name: "Settings" });
  await expect(dialog.getByRole("heading", { name: "Settings" })).toBeFocused();
  // The run was started with an address of its own.
  const here = new URL(creel.catch).host;
  await expect(dialog.getByRole("note")).toContainText(`This run listens on ${here}`);
  await dialog.getByRole("radio", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expectAccessible(page);
  await dialog.getByRole("radio", { name: "Light" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await expectAccessible(page);

  const field = dialog.getByRole("textbox", { name: "Port to listen on" });
  await field.fill(port);
  await dialog.getByRole("textbox", { name: "Newest requests kept" }).fill("2");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByRole("alert")).toContainText(port);
  await expect(dialog.getByRole("textbox", { name: "Newest requests kept" })).toHaveValue("2");
  await expect(
    page.getByRole("listbox", { name: /^Requests/ }).getByRole("option", { includeHidden: true }),
  ).toHaveCount(6);
  expect((await creel.post("/inbox/still", "caught")).status).toBe(200);

  await dialog.getByRole("button", { name: "Use it from now on" }).click();
  await expect(field).toHaveValue(here);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("option")).toHaveCount(2);
  await page.getByRole("button", { name: "Settings" }).click();
  await expect(field).toHaveValue(here);
  await expect(dialog.getByRole("note")).toHaveCount(0);
  await new Promise((done) => taken.close(done));
});

test("a taken catch port is told in a banner, with Retry and another port", async ({ open, creel, page }) => {
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done));
  const { port } = taken.address() as AddressInfo;
  // Serving needs a free port to begin at all, so the state of the window is put in front of the real door.
  let down = false;
  await page.route(/\/api\/v1\/status$/, async (route) => {
    const answer = await route.fetch();
    const status = (await answer.json()) as { catch: object };
    const address = `127.0.0.1:${port}`;
    if (down)
      status.catch = {
        listening: false,
        address,
        url: `http://${address}`,
        error: { kind: "busy", text: `${address} is taken` },
      };
    await route.fulfill({ response: answer, json: status });
  });
  await page.route(/\/api\/v1\/listen$/, async (route) => {
    const wish = (route.request().postDataJSON() ?? {}) as { address?: string; remember?: boolean };
    const answer = await route.fetch({ postData: { address: `127.0.0.1:${port}`, ...wish } });
    if (answer.ok()) down = false;
    await route.fulfill({ response: answer });
  });
  await open();
  down = true;
  await creel.post("/inbox/a");
  const banner = page.getByRole("alert");
  await expect(banner).toContainText(String(port));
  await expectAccessible(page);
  await banner.getByRole("button", { name: "Retry" }).click();
  await expect(banner.getByRole("button", { name: "Retry" })).toBeEnabled();
  await banner.getByRole("button", { name: "Use another port" }).click();
  await page.getByRole("textbox", { name: "Port to listen on" }).fill("0");
  await page.keyboard.press("Enter");
  await expect(banner).toHaveCount(0);
  const { catch: now } = (await creel.api("GET", "/status")) as {
    catch: { listening: boolean; url: string };
  };
  expect(now.listening).toBe(true);
  expect((await fetch(`${now.url}/inbox/b`, { method: "POST" })).status).toBe(200);
  await expect(page.getByRole("option", { name: /\/inbox\/b/ })).toBeVisible();
  await page.unrouteAll({ behavior: "wait" });
  await new Promise((done) => taken.close(done));
});

test("HTTPS is turned on in the settings, catches over HTTP/2, and is turned off", async ({
  open,
  creel,
  page,
}) => {
  await open();
  await page.getByRole("button", { name: "Settings" }).click();
  const dialog = page.getByRole("dialog", { name: "Settings" });
  const https = dialog.getByRole("region", { name: "HTTPS" });
  const port = https.getByRole("textbox", { name: "Port for HTTPS" });
  await port.fill("nowhere.invalid:1");
  await https.getByRole("button", { name: "Turn on HTTPS" }).click();
  await expect(https.getByText(/nowhere\.invalid/)).toBeVisible();
  await port.fill("127.0.0.1:0");
  await https.getByRole("button", { name: "Turn on HTTPS" }).click();
  const off = https.getByRole("button", { name: "Turn off HTTPS" });
  await expect(off).toBeVisible();
  await expectAccessible(page);
  const saved = page.waitForEvent("download");
  await https.getByRole("button", { name: "Save the certificate…" }).click();
  const ca = await readFile(await (await saved).path());
  const { url } = (await creel.api("GET", "/tls")) as { url: string };
  expect(await postOverHttp2(url, "/inbox/secure", "hello", ca)).toBe(200);
  await https.getByRole("combobox", { name: "How to trust it: with" }).selectOption("Node.js");
  await expect(https.getByText(/NODE_EXTRA_CA_CERTS/)).toBeVisible();
  await off.click();
  await expect(port).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("option", { name: /\/inbox\/secure/ }).click();
  await expect(page.getByRole("list", { name: "Facts" })).toContainText("over HTTPS, HTTP/2");
});

/** The status that a post over HTTP/2 is answered. */
function postOverHttp2(url: string, path: string, body: string, ca: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const session = connect(url, { ca });
    session.on("error", reject);
    const stream = session.request({ ":method": "POST", ":path": path });
    stream.on("response", (headers) => resolve(Number(headers[":status"])));
    stream.on("close", () => session.close());
    stream.on("error", reject);
    stream.resume();
    stream.end(body);
  });
}
