import { expect, expectAccessible, type Page, test } from "./creel";

const json = (body: string) => ({ type: "application/json", body });

/** Opens the form for the one request that there is. */
async function sendToMany(page: Page) {
  await page
    .getByRole("option", { name: /\/inbox\/order/ })
    .first()
    .click();
  await page.getByRole("button", { name: "More ways to send" }).click();
  await page.getByRole("menuitem", { name: /^Send to many…/ }).click();
}

test("repeats say whether they came out the same, and which did not", async ({ open, creel, app }) => {
  await creel.post("/inbox/order", { order: 1 });
  const page = await open();
  await sendToMany(page);
  const form = page.getByRole("dialog", { name: "Send request #1 on" });
  await form.getByRole("textbox", { name: "URLs" }).fill(`${app.url}/in`);
  await form.getByRole("textbox", { name: "Times each" }).fill("5");
  app.answer = () => json('{"taken":true}');
  await form.getByRole("button", { name: "Send", exact: true }).click();

  const first = page.getByRole("dialog", { name: "Run 1" });
  await expect(first.getByText("All 5 the same", { exact: true })).toBeVisible();
  await expect(first.getByRole("radio", { name: "Not as the first 0" })).toBeDisabled();

  // An app that takes each event once, and says so with the second.
  let n = 0;
  app.answer = () => {
    n++;
    if (n === 1) return json('{"taken":true}');
    return n < 4 ? { ...json('{"error":"seen before"}'), status: 409 } : json('{"taken":true}');
  };
  await first.getByRole("button", { name: /^Run again/ }).click();
  const second = page.getByRole("dialog", { name: "Run 2" });
  await expect(
    second.getByText("2 of 5 differ from the first: 2 in status, 2 in body", { exact: true }),
  ).toBeVisible();
  await second.getByRole("radio", { name: "Not as the first 2" }).click();
  const results = second.getByRole("listbox", { name: "Results" });
  await expect(results.getByRole("option")).toHaveCount(2);
  await expect(
    results.getByRole("option", { name: /time 2.*not as the first: another status and body/ }),
  ).toBeVisible();
  await expectAccessible(page);
});

test("a run sends what a saved filter means", async ({ open, creel, app }) => {
  for (const n of [1, 2, 3]) await creel.post(`/inbox/order/${n}`, { n });
  await creel.post("/inbox/other", {});
  await creel.api("PUT", "/filters", [
    { name: "All orders", filter: "path:*order*" },
    { name: "Nothing", filter: "path:*nowhere*" },
  ]);
  const page = await open();
  await sendToMany(page);
  const one = page.getByRole("dialog", { name: "Send request #3 on" });
  const what = one.getByRole("combobox", { name: "Requests" });
  await expect(what).toHaveValue("");
  await what.selectOption("Nothing");
  const none = page.getByRole("dialog", { name: "Send “Nothing”: 0 requests" });
  await none.getByRole("textbox", { name: "URLs" }).fill(`${app.url}/in`);
  await none.getByRole("button", { name: "Send", exact: true }).click();
  await expect(none.getByRole("alert")).toContainText(/no request matches the filter/i);
  await none.getByRole("combobox", { name: "Requests" }).selectOption("All orders");
  const form = page.getByRole("dialog", { name: "Send “All orders”: 3 requests" });
  await expect(form.getByRole("alert")).toHaveCount(0);
  await expect(form).toContainText("path:*order*");
  await expectAccessible(page);
  await form.getByRole("button", { name: "Send", exact: true }).click();
  const run = page.getByRole("dialog", { name: "Run 1" });
  await expect(run.getByRole("status").first()).toHaveText("Done · 3 sent");
  expect(app.got.map((g) => JSON.parse(g.body).n)).toEqual([1, 2, 3]);
});

test("what a transform wrote stands with the delivery", async ({ open, creel, app }) => {
  await creel.api("POST", "/targets", {
    name: "app",
    url: app.url,
    transform:
      'function transform(r) { console.log("amount", r.json.amount); console.warn(r.json); if (r.json.amount < 0) throw new Error("negative"); return r; }',
  });
  await creel.api("PATCH", "/endpoints/inbox", { targets: ["app"] });
  await creel.post("/inbox/order", { amount: 12 });
  await creel.post("/inbox/refund", { amount: -3 });
  const page = await open();
  for (const [path, amount, state] of [
    ["order", "12", "delivered"],
    ["refund", "-3", "failed"],
  ] as const) {
    await page.getByRole("option", { name: new RegExp(`/inbox/${path}`) }).click();
    await page.getByRole("tab", { name: /^Deliveries/ }).click();
    const delivery = page.getByRole("list", { name: "Deliveries, newest first" });
    await expect(delivery).toContainText(state);
    const said = delivery.getByRole("region", { name: "Console of the transform" });
    await expect(said).toContainText(`amount ${amount}\n{"amount":${amount}}`);
    await expectAccessible(page);
  }
});
