import { type Creel, expect, expectAccessible, type Page, test } from "./creel";

const box = (page: Page) => page.getByRole("combobox", { name: "Filter" });
const rows = (page: Page) => page.getByRole("listbox", { name: /^Requests/ }).getByRole("option");
const offers = (page: Page) => page.getByRole("listbox", { name: "What could come next" });

async function some(creel: Creel): Promise<void> {
  await creel.post("/inbox/orders/1", { type: "order.paid", data: { amount: 1200, note: "by card" } });
  await creel.post("/inbox/orders/2", { type: "order.lost", data: { amount: 5 } });
  await creel.post("/inbox/users/1", "somebody paid by card, paid twice", { "X-Kind": "prepaid" });
}

test("offers are taken by keys, with the values that history has seen", async ({ open, creel }) => {
  await some(creel);
  const page = await open();
  await expect(rows(page)).toHaveCount(3);
  await page.keyboard.press("/");
  await expect(box(page)).toBeFocused();
  await page.keyboard.type("meth");
  const offer = offers(page).getByRole("option", { name: /^method:/ });
  await expect(offer).toBeVisible();
  await expect(box(page)).toHaveAttribute("aria-expanded", "true");
  await expectAccessible(page);
  await page.keyboard.press("Tab");
  await expect(box(page)).toHaveValue("method:");
  await expect(offers(page).getByRole("option", { name: /^POST/ })).toContainText("3 requests");
  await page.keyboard.press("ArrowDown");
  await expect(offers(page).getByRole("option", { selected: true })).toContainText("POST");
  await page.keyboard.press("Enter");
  await expect(box(page)).toHaveValue("method:POST ");
  await expect(offers(page)).toBeHidden();
  await page.keyboard.press("Control+Space");
  await expect(offers(page).getByRole("option", { name: /^header\./ })).toBeVisible();
  await page.keyboard.type("path:/inbox/users");
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByText("1 of 3 requests")).toBeVisible();

  // What was taken over can be undone like what was typed.
  await page.keyboard.press("Control+a");
  await page.keyboard.type("is:pin");
  await offers(page)
    .getByRole("option", { name: /^pinned/ })
    .click();
  await expect(box(page)).toHaveValue("is:pinned ");
  await expect(box(page)).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(box(page)).not.toHaveValue("is:pinned ");
});

test("Escape closes the offers, then clears, then leaves", async ({ open, creel }) => {
  await some(creel);
  const page = await open();
  await page.keyboard.press("/");
  await page.keyboard.type("status:");
  await expect(offers(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(offers(page)).toBeHidden();
  await expect(box(page)).toHaveValue("status:");
  await page.keyboard.press("Escape");
  await expect(box(page)).toHaveValue("");
  await expect(rows(page)).toHaveCount(3);
  await page.keyboard.press("Escape");
  await expect(box(page)).not.toBeFocused();
});

test("a mistake is told under the box and marked in it; nothing moves and no row is lost", async ({
  open,
  creel,
}) => {
  await some(creel);
  const page = await open();
  await expect(rows(page)).toHaveCount(3);
  const place = await rows(page).first().boundingBox();
  await box(page).fill("é status:lots");
  await expect(page.getByRole("alert")).toContainText("Column 10");
  await expect(page.locator("[data-bad]")).toHaveText("lots");
  expect(await rows(page).first().boundingBox()).toEqual(place);
  await expect(rows(page)).toHaveCount(3);
  await expectAccessible(page);
  await box(page).fill("é");
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("the help puts an example into the box", async ({ open, creel }) => {
  await some(creel);
  const page = await open();
  await box(page).fill("paid");
  await page.getByRole("button", { name: "What a filter can say" }).click();
  const help = page.getByRole("dialog", { name: "What a filter can say" });
  await expect(help).toBeVisible();
  await expectAccessible(page);
  await help.getByRole("button", { name: /^path:\/orders/ }).click();
  await expect(box(page)).toHaveValue("paid path:/orders");
  await expect(box(page)).toBeFocused();
  await expect(help).toBeHidden();
});

test("a filter is saved, used after a reload, renamed, moved and deleted", async ({ open, creel }) => {
  await some(creel);
  const page = await open();
  await box(page).fill("body.data.amount:>100");
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole("button", { name: "Save filter" }).click();
  const dialog = page.getByRole("dialog", { name: "Save a filter" });
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("alert")).toContainText("Give the filter a name");
  await dialog.getByRole("textbox", { name: "Name" }).fill("Large");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "Save filter" })).toHaveCount(0);

  await page.evaluate(() => localStorage.clear());
  await page.reload();
  const side = page.getByRole("navigation");
  await expect(rows(page)).toHaveCount(3);
  const saved = side.getByRole("button", { name: "Large", exact: true });
  await saved.click();
  await expect(rows(page)).toHaveCount(1);
  await expect(box(page)).toHaveValue("body.data.amount:>100");
  await expect(saved).toHaveAttribute("aria-current", "true");
  await expectAccessible(page);

  await side.getByRole("button", { name: "More for the filter Large" }).click();
  await page.getByRole("menuitem", { name: "Rename or edit…" }).click();
  const edit = page.getByRole("dialog", { name: "Saved filter" });
  await edit.getByRole("textbox", { name: "Name" }).fill("Huge");
  await edit.getByRole("textbox", { name: "Filter" }).fill("body.data.amount:>=(");
  await page.keyboard.press("Enter");
  await expect(edit.getByRole("alert")).toBeVisible();
  await edit.getByRole("textbox", { name: "Filter" }).fill("body.data.amount:>1000");
  await page.keyboard.press("Enter");
  await expect(side.getByRole("button", { name: "Huge", exact: true })).toBeVisible();
  await expect(saved).toHaveCount(0);

  await page.getByRole("button", { name: "Save a filter" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("huge");
  await dialog.getByRole("textbox", { name: "Filter" }).fill("is:pinned");
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("alert")).toContainText("already");
  await dialog.getByRole("textbox", { name: "Name" }).fill("Second");
  await page.keyboard.press("Enter");
  const order = side.getByRole("button", { name: /^More for the filter/ });
  await expect(order).toHaveCount(2);
  await side.getByRole("button", { name: "More for the filter Second" }).click();
  await page.getByRole("menuitem", { name: "Move up" }).click();
  await expect(order.first()).toHaveAccessibleName(/Second/);

  await side.getByRole("button", { name: "More for the filter Huge" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(side.getByRole("button", { name: "Huge", exact: true })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(side.getByRole("button", { name: "Huge", exact: true })).toBeVisible();
});

test("what another window saves shows here, too", async ({ open, creel, page }) => {
  await open();
  await expect(page.getByText("Refunds")).toHaveCount(0);
  await creel.api("PUT", "/filters", [{ name: "Refunds", filter: "event:charge.refunded" }]);
  await expect(page.getByText("Refunds")).toBeVisible();
});

test("counting shows how far it is, can be stopped and begun again", async ({ open, creel, page }) => {
  for (let i = 0; i < 130; i++) await creel.post(`/inbox/n/${i}`);
  // A history that takes long to count: the page's total is a lower bound.
  await page.route(/\/api\/v1\/requests\?filter=path/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { total: number; exact: boolean };
    await route.fulfill({ response: answer, json: { ...body, total: 110, exact: false } });
  });
  let answer: (c: object) => void = () => undefined;
  const steps: string[] = [];
  await page.route(/\/api\/v1\/requests\/count/, async (route) => {
    steps.push(new URL(route.request().url()).searchParams.get("before") ?? "");
    const json = await new Promise<object>((done) => {
      answer = done;
    });
    await route.fulfill({ json }).catch(() => undefined);
  });
  await open();
  await box(page).fill("path:/inbox/n");
  await expect(page.getByText("counting… 0 %")).toBeVisible();
  await expect(rows(page).first()).toBeVisible();
  answer({ counted: 42, scanned: 42, of: 100, done: false, next: 89 });
  await expect(page.getByText("counting… 42 %")).toBeVisible();
  await expect.poll(() => steps).toEqual(["131", "89"]);
  await expectAccessible(page);

  await page.getByRole("button", { name: "Stop counting" }).click();
  await expect(page.getByText(/counting…/)).toHaveCount(0);
  await expect(page.getByText(/^\d+\+ of 130 requests$/)).toBeVisible();
  await page.getByRole("button", { name: "Count all" }).click();
  await expect(page.getByText("counting… 0 %")).toBeVisible();
  await expect.poll(() => steps).toEqual(["131", "89", "131"]);
  answer({ counted: 130, scanned: 130, of: 130, done: true, next: null });
  await expect(page.getByText("130 of 130 requests")).toBeVisible();
  await page.getByRole("listbox", { name: /^Requests/ }).press("End");
  await expect(page.getByRole("option", { name: /\/inbox\/n\/0,/ })).toBeInViewport();
});

test("a search that takes long is given up by a button, and the list is as it was", async ({
  open,
  creel,
  page,
}) => {
  for (const n of [1, 2, 3]) await creel.post(`/inbox/n/${n}`);
  await open();
  await box(page).fill("path:/inbox/n/1");
  await expect(rows(page)).toHaveCount(1);
  let ended = false;
  await page.route(/\/api\/v1\/requests\?filter=path%3A%2Fnever/, async (route) => {
    const gone = page.waitForEvent("requestfailed", (r) => r === route.request());
    await gone;
    ended = true;
    await route.abort().catch(() => undefined);
  });
  await box(page).fill("path:/never");
  await page.getByRole("button", { name: "Stop searching" }).click();
  await expect.poll(() => ended).toBe(true);
  await expect(box(page)).toHaveValue("path:/inbox/n/1");
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByText("Searching…")).toHaveCount(0);
});

test("what was found is marked in the rows, the headers and the body", async ({ open, creel }) => {
  await some(creel);
  const page = await open();
  await box(page).fill("paid");
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Home");
  const detail = page.getByRole("region", { name: /^Request 3$/ });
  await expect(detail.locator("mark")).toHaveText(["paid", "paid"]);
  await expect(detail.getByText("2 matches")).toBeVisible();
  await expectAccessible(page);
  await detail.getByRole("tab", { name: /^Headers/ }).click();
  await expect(detail.locator("mark")).toHaveText(["paid"]);
  await detail.getByRole("tab", { name: "Raw" }).click();
  await expect(detail.locator("mark")).toHaveText(["paid", "paid", "paid"]);
  await detail.getByRole("tab", { name: "Body" }).click();

  await box(page).fill("path:orders body.data.amount:>100");
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).locator("mark")).toHaveText(["orders"]);
  await rows(page).click();
  const order = page.getByRole("region", { name: /^Request 1$/ });
  await expect(order.getByRole("treeitem").locator("mark")).toHaveText(["1200"]);
  await box(page).fill("card");
  await expect(rows(page)).toHaveCount(2);
  await order.getByRole("radio", { name: "Pretty" }).click();
  await expect(order.locator(".cm-found")).toHaveText(["card"]);
  await box(page).fill("");
  await expect(order.locator(".cm-found")).toHaveCount(0);
  await expect(order.locator("mark")).toHaveCount(0);
});

test("a value that is seen is a filter away", async ({ open, creel }) => {
  await some(creel);
  const page = await open();
  await page.getByRole("option", { name: /orders\/1/ }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Only this path" }).click();
  await expect(box(page)).toHaveValue("path:/inbox/orders/1");
  await expect(rows(page)).toHaveCount(1);
  await box(page).fill("");
  await expect(rows(page)).toHaveCount(3);

  const order = page.getByRole("region", { name: /^Request 1$/ });
  await order.getByText("by card").click();
  await order.getByRole("button", { name: "Copy from the tree" }).click();
  await page.getByRole("menuitem", { name: "Filter by this value" }).click();
  await expect(box(page)).toHaveValue('body.data.note:"by card"');
  await expect(rows(page)).toHaveCount(1);
  await expect(order.getByRole("treeitem").locator("mark")).toHaveText(["by card"]);

  await box(page).fill("");
  await page.getByRole("option", { name: /users\/1/ }).click();
  const user = page.getByRole("region", { name: /^Request 3$/ });
  await user.getByRole("tab", { name: /^Headers/ }).click();
  await user.getByRole("row", { name: /X-Kind/ }).hover();
  await user.getByRole("button", { name: "Filter by this X-Kind" }).click();
  await expect(box(page)).toHaveValue("header.x-kind:prepaid");
  await expect(rows(page)).toHaveCount(1);
  await expect(user.locator("mark")).toHaveText(["prepaid"]);
});
