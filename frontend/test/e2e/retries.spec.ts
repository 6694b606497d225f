import { expect, expectAccessible, type Page, test } from "./creel";

type Creel = { api(m: string, p: string, b?: unknown): Promise<unknown> };

/** Forwards the inbox to a target with that policy. */
async function forwards(creel: Creel, url: string, policy: object, more: object = {}) {
  await creel.api("POST", "/targets", { name: "shop", url, policy, ...more });
  await creel.api("PATCH", "/endpoints/inbox", { targets: ["shop"] });
}

const deliveries = (page: Page) => page.getByRole("list", { name: "Deliveries, newest first" });

test("a delivery says when it is tried next; Try now does, and Give up ends it", async ({
  open,
  creel,
  app,
}) => {
  app.answer = () => ({ status: 503 });
  await forwards(creel, app.url, { waitsMs: [0, 3_600_000, 3_600_000] });
  await creel.post("/inbox/order", { a: 1 });
  const page = await open();
  await page.getByRole("tab", { name: /^Deliveries/ }).click();
  const item = deliveries(page).getByRole("listitem").first();
  await expect(item).toContainText(/next try in \d+ (min|h) · try 2 of 3/);
  await expectAccessible(page);
  await item.getByRole("button", { name: "Try now" }).click();
  await expect(item).toContainText("try 3 of 3");
  await expect(item.getByRole("button", { name: /^Attempt/ })).toHaveCount(2);
  app.answer = () => ({ status: 200 });
  await item.getByRole("button", { name: "Give up" }).click();
  await expect(item).toContainText("cancelled");
  await expect(item.getByRole("button", { name: "Give up" })).toHaveCount(0);
  await item.getByRole("button", { name: "Retry" }).click();
  await expect(item).toContainText("delivered");
});

test("dead letters are listed and all sent again", async ({ open, creel, app }) => {
  app.answer = () => ({ status: 500 });
  await forwards(creel, app.url, { attempts: 1 });
  for (const n of [1, 2, 3]) await creel.post(`/inbox/${n}`, { n });
  const page = await open();
  const side = page.getByRole("navigation", { name: "Endpoints, filters and targets" });
  await expect(side.getByRole("button", { name: "Dead letters 3" })).toBeVisible();
  await expect(side.getByRole("button", { name: /^Target shop, 3 dead letters/ })).toBeVisible();
  await creel.post("/inbox/4", { n: 4 });
  await side.getByRole("button", { name: /^Dead letters/ }).click();
  await expect(page.getByRole("status").filter({ hasText: /requests$/ })).toHaveText("4 requests");
  app.answer = () => ({ status: 200 });
  await page.getByRole("button", { name: "Send all again…" }).click();
  const ask = page.getByRole("dialog", { name: "Send 4 deliveries again?" });
  await expectAccessible(page);
  await ask.getByRole("button", { name: "Send all again" }).click();
  await expect(page.getByRole("region", { name: "Messages" })).toContainText("4 deliveries on the way again");
  await expect(page.getByText("No dead letters")).toBeVisible();
  await expect.poll(() => app.got.length).toBe(8);
});

test("a target that rests says so, and is tried when asked", async ({ open, creel, app }) => {
  app.answer = () => ({ status: 502 });
  await forwards(creel, app.url, {});
  for (let n = 0; n < 20; n++) await creel.post(`/inbox/${n}`, { n });
  const page = await open();
  const side = page.getByRole("navigation", { name: "Endpoints, filters and targets" });
  const target = side.getByRole("button", { name: /^Target shop, rests after 1\d failures in a row/ });
  await expect(target).toBeVisible();
  await page.getByRole("option", { name: /\/inbox\/19,/ }).click();
  await page.getByRole("tab", { name: /^Deliveries/ }).click();
  const item = deliveries(page).getByRole("listitem").first();
  await expect(item).toContainText("held");
  await expect(item).toContainText(/shop rests, tried again in \d+ s/);
  app.answer = () => ({ status: 200 });
  await target.click();
  const dialog = page.getByRole("dialog", { name: "Target shop" });
  await expect(dialog.getByRole("status")).toContainText("rests after");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Try now" }).click();
  await expect(dialog.getByRole("button", { name: "Try now" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(item).toContainText("delivered");
  await expect(side.getByRole("button", { name: /^Target shop, http/ })).toBeVisible();
});

test("what cannot be is told at its field, on its tab; what is saved is there again", async ({
  open,
  creel,
  page,
}) => {
  await open();
  await page.getByRole("button", { name: "Add a target" }).click();
  const dialog = page.getByRole("dialog", { name: "New target" });
  await dialog.getByRole("textbox", { name: "Name" }).fill("shop");
  await dialog.getByRole("textbox", { name: "URL", exact: true }).fill("https://shop.example/in");
  await dialog.getByRole("tab", { name: "Delivery" }).click();
  await dialog.getByRole("textbox", { name: "Waits before each try" }).fill("0s 10s 1m");
  await expect(dialog.getByText(/^3 tries within about 70 s/)).toBeVisible();
  await dialog.getByRole("textbox", { name: "Statuses that count as delivered" }).fill("fine");
  await dialog.getByRole("radio", { name: "Strictly in order" }).click();
  await expectAccessible(page);
  await dialog.getByRole("tab", { name: "Connection" }).click();
  await dialog.getByRole("radio", { name: "Do not check" }).click();
  await expect(dialog.getByText(/can pretend to be this target/)).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Create target" }).click();
  // The door names the field; its tab comes to the front.
  const success = dialog.getByRole("textbox", { name: "Statuses that count as delivered" });
  await expect(success).toHaveAttribute("aria-invalid", "true");
  await success.fill("200-204");
  await dialog.getByRole("button", { name: "Create target" }).click();
  await expect(dialog).toHaveCount(0);
  expect(await creel.api("GET", "/targets/shop")).toMatchObject({
    policy: { waitsMs: [0, 10_000, 60_000], success: "200-204", inOrder: true },
    connection: { verify: "skip" },
  });
  await page.getByRole("button", { name: /^Target shop,/ }).click();
  const again = page.getByRole("dialog", { name: "Target shop" });
  await expect(again.getByText("The certificate is not checked.")).toBeVisible();
  await again.getByRole("tab", { name: "Delivery" }).click();
  await expect(again.getByRole("textbox", { name: "Waits before each try" })).toHaveValue("0s 10s 1m");
});
