import { expect, expectAccessible, type Page, test } from "./creel";

const order = (total: number, city: string, extra: object = {}) => ({
  id: `order-${total}`,
  total,
  customer: { name: "Ada", address: { city } },
  lines: Array.from({ length: 30 }, (_, i) => ({ sku: `sku-${i}`, amount: 1 })),
  ...extra,
});

async function mark(page: Page, name: RegExp): Promise<void> {
  await page.getByRole("option", { name }).click();
  await page.keyboard.press("d");
}

test("D marks, D on another compares: changes in a list, jumped through, left out", async ({
  open,
  creel,
}) => {
  await creel.post("/inbox/a", order(10, "Bern"), { "X-Attempt": "1" });
  await creel.post("/inbox/b", order(12, "Basel", { coupon: "SPRING" }), { "X-Attempt": "2" });
  const page = await open();
  await mark(page, /\/inbox\/a/);
  await expect(page.getByText("#1 is marked: choose another request")).toBeVisible();
  await mark(page, /\/inbox\/b/);
  const dialog = page.getByRole("dialog", { name: "Compare" });
  const changes = dialog.getByRole("list", { name: "Changes" });
  await expect(dialog.getByRole("status")).toContainText("4 changes in the body");
  await expect(changes).toContainText("customer.address.city");
  await expect(changes).toContainText("coupon");
  await expect(dialog.getByRole("button", { name: /lines the same$/ }).first()).toBeVisible();
  await expectAccessible(page);

  const current = changes.locator("[aria-current=true]");
  const count = await changes.getByRole("listitem").count();
  await page.keyboard.press("]");
  await expect(changes.getByRole("listitem").first().locator("[aria-current=true]")).toBeVisible();
  await page.keyboard.press("[");
  await expect(
    changes
      .getByRole("listitem")
      .nth(count - 1)
      .locator("[aria-current=true]"),
  ).toBeVisible();
  await page.keyboard.press("]");
  await expect(changes.getByRole("listitem").first().locator("[aria-current=true]")).toBeVisible();

  await changes.getByRole("button", { name: /total/ }).first().click();
  await expect(current).toContainText("total");
  await dialog.getByRole("button", { name: "Ignore this path" }).click();
  await expect(dialog.getByRole("status")).toContainText("3 changes in the body");
  await expect(dialog.getByText("1 path left out")).toBeVisible();
  await dialog.getByRole("button", { name: "Ignore… 1" }).click();
  await expectAccessible(page);
  await page.getByRole("textbox", { name: "Path to leave out" }).fill("nonsense");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Begin with line, headers, query or body")).toBeVisible();
  await page.getByRole("button", { name: "Compare body.total again" }).click();
  await expect(dialog.getByRole("status")).toContainText("4 changes in the body");
});

test("the Compare tab takes the request before, a number, or a pasted text", async ({ open, creel }) => {
  await creel.post("/inbox/one", { n: 1 });
  await creel.post("/inbox/other", { n: 5, m: 2 });
  await creel.post("/inbox/two", { n: 2 });
  const page = await open();
  await page.getByRole("option", { name: /\/inbox\/two/ }).click();
  await page.getByRole("tab", { name: "Compare" }).click();
  const panel = page.getByRole("tabpanel", { name: "Compare" });
  await expect(panel.getByText(/^#2/)).toBeVisible();
  await panel.getByRole("textbox", { name: "Number of the other request" }).fill("#1");
  await expect(panel.getByRole("status")).toHaveText("1 change in the first line, 1 in the body");
  await expectAccessible(page);
  await panel.getByRole("button", { name: "Paste a text" }).click();
  await panel.getByRole("textbox", { name: "Text to compare the body with" }).fill('{"n":2}');
  await expect(panel.getByRole("status")).toHaveText(/^The same/);
  await panel.getByRole("button", { name: "A request instead" }).click();
  await panel.getByRole("textbox", { name: "Number of the other request" }).fill("99");
  await expect(panel.getByRole("heading", { name: "These cannot be compared" })).toBeVisible();
});

test("answers of the app are compared in the Compare tab", async ({ open, creel, app }) => {
  await creel.post("/inbox/answers", { a: 1 });
  const page = await open();
  await page.getByRole("option", { name: /\/inbox\/answers/ }).click();
  await page.getByRole("tab", { name: "Compare" }).click();
  const panel = page.getByRole("tabpanel", { name: "Compare" });
  await panel.getByRole("radio", { name: "Answers" }).click();
  await expect(panel.getByRole("heading", { name: "No answers yet" })).toBeVisible();

  app.answer = () => ({ type: "application/json", body: '{"price":10,"stock":1}' });
  await panel.getByRole("button", { name: /^Forward to/ }).click();
  await page.keyboard.type(app.url);
  await page.keyboard.press("Enter");
  await expect(panel.getByRole("heading", { name: "One answer so far" })).toBeVisible();
  app.answer = () => ({ status: 201, type: "application/json", body: '{"price":11,"stock":1}' });
  await panel.getByRole("button", { name: /^Replay/ }).click();
  await expect(panel.getByRole("status")).toContainText("1 change in the first line");
  await expect(panel.getByRole("list", { name: "Changes" })).toContainText("price");
  await expect(panel.getByRole("combobox", { name: "Answer on the left" })).toBeVisible();
  await page.getByRole("option", { name: /\/inbox\/answers/ }).click();
  await page.keyboard.press("]");
  await expect(panel.locator("[aria-current=true]")).toHaveCount(1);
  await expectAccessible(page);

  await page.getByRole("tab", { name: /^Deliveries/ }).click();
  await expectAccessible(page);
  await page.getByRole("button", { name: /^\d changes$/ }).click();
  await expect(page.getByRole("dialog", { name: "Compare" }).getByRole("status")).toContainText("change");
});

test("bodies that are not text say so, and a narrow window has one column", async ({ open, creel, page }) => {
  await page.setViewportSize({ width: 1100, height: 700 });
  await creel.post("/inbox/a", "one\0two", { "Content-Type": "application/octet-stream" });
  await creel.post("/inbox/b", "one\0three", { "Content-Type": "application/octet-stream" });
  await creel.post("/inbox/c", order(1, "Bern"));
  await creel.post("/inbox/d", order(2, "Basel"));
  await open();
  await mark(page, /\/inbox\/a/);
  await mark(page, /\/inbox\/b/);
  const dialog = page.getByRole("dialog", { name: "Compare" });
  await expect(dialog.getByText(/^Not text: 7 B on the left, 9 B on the right/)).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("option", { name: /\/inbox\/d/ }).click();
  await page.getByRole("tab", { name: "Compare" }).click();
  const panel = page.getByRole("tabpanel", { name: "Compare" });
  await expect(panel.getByRole("status")).toContainText("3 changes");
  await expect(panel.getByRole("radio", { name: "Side by side" })).toHaveCount(0);
  expect(await panel.evaluate((e) => e.scrollWidth - e.clientWidth)).toBe(0);
  await expectAccessible(page);
});
