import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, expectAccessible, type Page, test } from "./creel";

const SECRET = "whsec_signature_spec_4f2a";
const OTHER = "whsec_signature_spec_other";

/** The header line that Stripe would send. */
function signed(secret: string, body: string, at = new Date()): Record<string, string> {
  const t = Math.floor(at.getTime() / 1_000);
  const v1 = createHmac("sha256", secret).update(`${t}.${body}`).digest("hex");
  return { "Content-Type": "application/json", "Stripe-Signature": `t=${t},v1=${v1}` };
}

const EVENT = '{"id":"evt_1","object":"event","type":"invoice.payment_failed","data":{"amount":4200}}';

/** An app that verifies as Stripe's library does: the raw body, the secret, and five minutes. */
class Shop {
  url = "";
  told: string[] = [];
  #server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const verdict = this.#verify(String(request.headers["stripe-signature"]), Buffer.concat(parts));
      this.told.push(verdict);
      response.writeHead(verdict === "ok" ? 200 : 400, { "Content-Type": "text/plain" }).end(verdict);
    });
  });

  #verify(line: string, body: Buffer): string {
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(line) ?? [];
    if (!t || !v1) return "no signature";
    const expected = createHmac("sha256", SECRET).update(`${t}.`).update(body).digest();
    const received = Buffer.from(v1, "hex");
    if (received.length !== expected.length || !timingSafeEqual(received, expected)) return "bad signature";
    return Math.abs(Date.now() / 1_000 - Number(t)) > 300 ? "too old" : "ok";
  }

  async open(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/stripe`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}

/** A row of the list; the tab has options of its own. */
const row = (page: Page, name: RegExp) =>
  page.getByRole("listbox", { name: /^Requests/ }).getByRole("option", { name });
const tab = (page: Page) => page.getByRole("tabpanel", { name: /^Signature/ });
const verdict = (page: Page) => tab(page).getByRole("region", { name: "Verdict" });
const told = (page: Page, text: string | RegExp) =>
  page.getByRole("region", { name: "Messages" }).getByText(text).last();

async function openSignature(page: Page, name: RegExp): Promise<void> {
  await row(page, name).first().click();
  await page.getByRole("tab", { name: /^Signature/ }).click();
  await expect(verdict(page)).toBeVisible();
}

test("a secret is set where its lack shows, and the list tells what it finds", async ({ open, creel }) => {
  await creel.post("/inbox/hook", EVENT, signed(SECRET, EVENT));
  const page = await open();
  await openSignature(page, /invoice\.payment_failed/);
  await expect(verdict(page)).toContainText("Signed by Stripe; no secret is set yet");
  const form = tab(page).getByRole("form", { name: /Signatures of the endpoint/ });
  await expect(form).toContainText("kept in a file only you can read");
  await expectAccessible(page);

  // Tried, and not kept.
  await form.getByRole("textbox", { name: "Secret" }).fill(OTHER);
  await form.getByRole("button", { name: "Try without saving" }).click();
  await expect(verdict(page)).toContainText(/does not match|not the one/);
  await expect(tab(page)).toContainText("Nothing of it is saved");
  await expect(tab(page).getByText("Expected")).toBeVisible();
  await expectAccessible(page);
  await tab(page).getByRole("button", { name: "Back to the saved secret" }).click();
  await expect(verdict(page)).toContainText("no secret is set yet");

  await form.getByRole("textbox", { name: "Secret" }).fill(SECRET);
  await form.getByRole("button", { name: "Save for inbox" }).click();
  await expect(verdict(page)).toContainText("The signature is valid");
  await expect(told(page, /^Secret of Inbox set, kept in a file/)).toBeVisible();
  await expect(tab(page)).toContainText("within 5 minutes");
  await expect(row(page, /signature valid/)).toBeVisible();
  await expect(page.getByRole("tab", { name: "Signature valid" })).toBeVisible();
  await expectAccessible(page);

  // The next ones are verified as they come.
  await creel.post("/inbox/hook", EVENT, signed(OTHER, EVENT));
  await expect(row(page, /The signature is not valid/)).toBeVisible();

  // The secret never comes back to the page.
  await tab(page).getByRole("button", { name: "Change or try another" }).click();
  await expect(form.getByRole("textbox", { name: "Secret" })).toHaveValue("");
  await form.getByRole("button", { name: "Remove the secret" }).click();
  await expect(verdict(page)).toContainText("no secret is set yet");
  await expect(row(page, /signature valid/)).toHaveCount(0);
});

test("a failing signature is explained", async ({ open, creel }) => {
  await creel.api("PATCH", "/endpoints/inbox", { provider: "stripe", secret: SECRET });
  // Somebody on the way read the JSON and wrote it again.
  const rewritten = JSON.stringify(JSON.parse(EVENT), undefined, 2);
  await creel.post("/inbox/rewritten", rewritten, signed(SECRET, EVENT));
  await creel.post("/inbox/wrong", EVENT, signed(OTHER, EVENT));
  const page = await open();

  await openSignature(page, /inbox\/rewritten/);
  await expect(verdict(page)).toContainText("The body is not what was signed");
  await expect(verdict(page)).toContainText(/JSON/);
  await expect(tab(page).getByText("Expected")).toBeVisible();
  await expect(tab(page).getByText("Received")).toBeVisible();
  const bytes = tab(page).getByRole("region", { name: "Signed bytes" });
  await expect(bytes).toContainText('"id": "evt_1"');
  await bytes.getByRole("radio", { name: "Hex" }).click();
  await expect(bytes).toContainText("00000000");
  await expectAccessible(page);

  await row(page, /inbox\/wrong/).click();
  await expect(verdict(page)).toContainText(/does not match|not the one/);
  await expectAccessible(page);
});

test("an old event is refused as it was, and accepted signed anew", async ({ open, creel }) => {
  const shop = new Shop();
  await shop.open();
  try {
    await creel.api("PATCH", "/endpoints/inbox", { secret: SECRET });
    await creel.post("/inbox/old", EVENT, signed(SECRET, EVENT, new Date(Date.now() - 3 * 86_400_000)));
    const page = await open();
    await openSignature(page, /inbox\/old/);
    await expect(verdict(page)).toContainText("The signature was too old when it arrived");

    await page.keyboard.press("f");
    const forward = page.getByRole("dialog", { name: "Forward request #1" });
    await expect(forward.getByRole("checkbox", { name: /Sign anew/ })).not.toBeChecked();
    await forward.getByRole("textbox", { name: "URL" }).fill(shop.url);
    await forward.getByRole("button", { name: "Forward" }).click();
    await expect(told(page, /400 in/)).toBeVisible();
    expect(shop.told).toEqual(["too old"]);

    await tab(page)
      .getByRole("checkbox", { name: /Sign anew/ })
      .check();
    await page.getByRole("button", { name: /^Replay/ }).click();
    await expect(told(page, /200 in/)).toBeVisible();
    expect(shop.told).toEqual(["too old", "ok"]);

    // The choice is remembered, and an edited copy is signed, too.
    await page.keyboard.press("e");
    const edit = page.getByRole("dialog", { name: "Edit and send request #1" });
    await expect(edit.getByRole("checkbox", { name: /Sign anew/ })).toBeChecked();
    await edit.getByLabel("Body to send").fill('{"id":"evt_1","object":"event","edited":true}');
    await expect(edit.getByText("The request itself stays as it arrived.")).toBeVisible();
    await expectAccessible(page);
    await edit.getByRole("button", { name: /^Send/ }).click();
    await expect(edit.getByRole("status").filter({ hasText: "Answer" })).toContainText("200");
    expect(shop.told).toEqual(["too old", "ok", "ok"]);
    await page.keyboard.press("Escape");
    await expect(edit).toBeHidden();

    await page.getByRole("tab", { name: /^Deliveries/ }).click();
    const deliveries = page.getByRole("list", { name: /^Deliveries/ });
    await expect(deliveries.getByText("signed anew")).toHaveCount(2);
    await expect(deliveries.getByText("edited")).toHaveCount(1);
  } finally {
    await shop.close();
  }
});

test("two things that are wrong at once are both told", async ({ open, creel }) => {
  await creel.api("PATCH", "/endpoints/inbox", { provider: "stripe", secret: `${SECRET}\n` });
  const spaced = '{"id": "evt_1", "object": "event", "type": "invoice.payment_failed"}';
  await creel.post("/inbox/hook", JSON.stringify(JSON.parse(spaced)), signed(SECRET, spaced));
  const page = await open();
  await openSignature(page, /invoice\.payment_failed/);
  await expect(verdict(page).getByRole("heading")).toHaveText(
    "The secret is not the one it was signed with, and the body is not what was signed",
  );
  await expect(verdict(page)).toContainText("Two things are wrong at once, the secret and the body");
  await expect(verdict(page).getByRole("listitem").first()).toContainText(/^The secret: .*newline/);
  await expect(verdict(page).getByRole("listitem").nth(1)).toContainText(/^The body: .*json\.dumps/);
  await expectAccessible(page);
});

test("what cannot be signed anew says why, and a test key shows its public key", async ({ open, creel }) => {
  await creel.api("POST", "/samples", { provider: "discord" });
  await creel.post("/inbox/hook", EVENT, signed(SECRET, EVENT));
  const page = await open();
  await openSignature(page, /invoice\.payment_failed/);
  await expect(tab(page).getByRole("checkbox", { name: /Sign anew/ })).toBeDisabled();
  await expect(tab(page)).toContainText("Not possible: no secret is set for the endpoint inbox");

  await row(page, /^(?!invoice)/)
    .last()
    .click();
  await expect(tab(page)).toContainText("made for this installation of Creel alone");
  await expect(tab(page).getByRole("button", { name: "Copy public key" })).toBeVisible();
  await expect(tab(page).getByRole("textbox", { name: "Public key" })).toBeVisible();
  await expectAccessible(page);
});

test("the endpoint's dialog sets provider and secret, and removes it", async ({ open, creel }) => {
  const page = await open();
  await creel.api("POST", "/endpoints", { slug: "shop", name: "Shop" });
  await page.getByRole("button", { name: "More for shop" }).click();
  await page.getByRole("menuitem", { name: "Edit…" }).click();
  const dialog = page.getByRole("dialog", { name: "Endpoint Shop" });
  await dialog.getByRole("tab", { name: "Signature" }).click();
  await dialog.getByRole("combobox", { name: "Provider" }).selectOption({ label: "GitHub" });
  await dialog.getByRole("textbox", { name: "Secret" }).fill("s3cret");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  expect(await creel.api("GET", "/endpoints/shop")).toMatchObject({ provider: "github", secretSet: true });

  await page.getByRole("button", { name: "More for shop" }).click();
  await page.getByRole("menuitem", { name: "Edit…" }).click();
  await dialog.getByRole("tab", { name: "Signature" }).click();
  await expect(dialog).toContainText("One is set, kept in a file only you can read");
  await expect(dialog.getByRole("textbox", { name: "Secret" })).toHaveValue("");
  await dialog.getByRole("button", { name: "Remove the secret" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  expect(await creel.api("GET", "/endpoints/shop")).toMatchObject({ provider: "github", secretSet: false });
});
