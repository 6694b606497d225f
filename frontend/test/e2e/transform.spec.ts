import type { Locator } from "@playwright/test";
import { type Creel, expect, expectAccessible, type Page, test } from "./creel";

/** Opens the transform of the target called app. */
async function openTransform(page: Page): Promise<void> {
  await page
    .getByRole("button", { name: "Edit transform…" })
    .or(page.getByRole("button", { name: "Write a transform…" }))
    .click();
  await expect(page.getByRole("dialog", { name: "Transform for app" })).toBeVisible();
}

/** Opens the form of the target called app. */
async function openTarget(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Target app,/ }).click();
  await expect(page.getByRole("dialog", { name: "Target app" })).toBeVisible();
}

/** Writes a source in place of the one there is. */
async function write(source: Locator, text: string): Promise<void> {
  await source.press("ControlOrMeta+a");
  await source.press("Delete");
  await source.page().keyboard.insertText(text);
}

async function forwards(creel: Creel, url: string): Promise<void> {
  await creel.api("POST", "/targets", { name: "app", url: `${url}/hooks` });
  await creel.api("PATCH", "/endpoints/inbox", { targets: ["app"] });
}

test("a transform is written beside what it makes of a request, and changes what arrives", async ({
  open,
  creel,
  app,
}) => {
  await forwards(creel, app.url);
  await creel.post("/inbox/order", { type: "order.paid", amount: 12, items: [{ sku: "a" }, { sku: "b" }] });
  const page = await open();
  await openTarget(page);
  await openTransform(page);
  const dialog = page.getByRole("dialog", { name: "Transform for app" });
  await expect(dialog).toContainText("Nothing is changed");
  await dialog.getByRole("combobox", { name: "Begin with an example" }).selectOption("Rename a field");
  const source = dialog.getByRole("textbox", { name: "Source of the transform" });
  await expect(source).toContainText("const { type, ...rest } = request.json;");
  const preview = dialog.getByRole("region", { name: "Preview" });
  await expect(preview).toContainText("Sent changed");
  const body = preview.getByRole("textbox", { name: "Body that would be sent" });
  await expect(body).toContainText('"kind": "order.paid"');
  await expect(preview.getByRole("region", { name: "Request line and headers" })).toContainText(
    "POST /hooks/order",
  );
  await expectAccessible(page);

  // Typing into it: what would be sent follows.
  await write(
    source,
    'function transform(request) {\n  console.log("amount", request.json.amount);\n  request.headers.set("X-Kind", request.json.type);\n  request.json.amount *= 100;\n  request.path += "/v2";\n  return request;\n}\n',
  );
  await expect(body).toContainText('"amount": 1200');
  await expect(preview).toContainText("added: X-Kind: order.paid");
  await expect(preview).toContainText("removed: POST /hooks/order");
  await expect(preview).toContainText("POST /hooks/order/v2");
  await expect(preview.getByRole("region", { name: "Console" })).toContainText("amount 12");
  // Nothing of it was sent: it arrived once, as it came.
  await expect.poll(() => app.got.length).toBe(1);
  expect(app.got[0]?.path).toBe("/hooks/order");

  await dialog.getByRole("button", { name: "Done" }).click();
  const form = page.getByRole("dialog", { name: "Target app" });
  await expect(form).toContainText("JavaScript, 7 lines");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toBeHidden();
  await creel.post("/inbox/order", { type: "order.paid", amount: 7 });
  await expect.poll(() => app.got.length).toBe(2);
  expect(app.got[1]?.path).toBe("/hooks/order/v2");
  expect(app.got[1]?.body).toBe('{"type":"order.paid","amount":700}');
  expect(app.got[1]?.headers["x-kind"]).toBe("order.paid");
});

test("errors are told by line, where they are", async ({ open, creel, app }) => {
  await forwards(creel, app.url);
  await creel.post("/inbox", { a: 1 });
  const page = await open();
  await openTarget(page);
  await openTransform(page);
  const dialog = page.getByRole("dialog", { name: "Transform for app" });
  await dialog.getByRole("button", { name: "Begin with an empty function" }).click();
  const source = dialog.getByRole("textbox", { name: "Source of the transform" });
  await expect(dialog).toContainText("Sent as it came");
  await write(source, "function transform(request) {\n  return request.nothing.here;\n}");
  const told = dialog.getByRole("region", { name: "Source", exact: true }).getByRole("status");
  await expect(told).toContainText("Line 2: TypeError: Cannot read property 'here' of undefined");
  await expect(dialog.locator(".cm-wrongLine")).toContainText("return request.nothing.here");
  await expect(dialog).toContainText("Fails: nothing is sent");
  await expectAccessible(page);
  await write(source, "function transform(request) {\n  for (;;) {}\n}");
  await expect(told).toContainText("longer than 250 ms");
  await write(source, "function transform(request) {\n  retur request;\n}");
  await expect(told).toContainText("Line 2: SyntaxError");
  // What cannot run is not saved, and the form says why.
  await dialog.getByRole("button", { name: "Done" }).click();
  const form = page.getByRole("dialog", { name: "Target app" });
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByRole("alert")).toContainText("line 2");
  await openTransform(page);
  await dialog.getByRole("button", { name: "Remove transform" }).click();
  await expect(form).toContainText("None: everything is sent as it came");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toBeHidden();
});

test("one request becomes several or none; it is tried on another one by its number", async ({
  open,
  creel,
  app,
}) => {
  await creel.api("POST", "/targets", {
    name: "app",
    url: app.url,
    transform:
      "function transform(request) {\n  if (!request.json?.items) return null;\n  return request.json.items.map((item) => ({ ...request, json: item }));\n}\n",
  });
  await creel.post("/inbox", { items: [{ n: 1 }, { n: 2 }, { n: 3 }] });
  await creel.post("/inbox", "no list");
  await creel.api("PATCH", "/endpoints/inbox", { targets: ["app"] });
  const page = await open();
  await openTarget(page);
  await openTransform(page);
  const dialog = page.getByRole("dialog", { name: "Transform for app" });
  const preview = dialog.getByRole("region", { name: "Preview" });
  await expect(preview).toContainText("Nothing is sent");
  await dialog.getByRole("textbox", { name: "or number" }).fill("1");
  await expect(preview).toContainText("Sent as 3 requests");
  await preview.getByRole("radio", { name: "3" }).click();
  await expect(preview.getByRole("textbox", { name: "Body that would be sent" })).toContainText('"n": 3');
  // Escape goes back to the form, Tab out of the editor.
  const source = dialog.getByRole("textbox", { name: "Source of the transform" });
  await source.focus();
  await page.keyboard.press("Tab");
  await expect(source).not.toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Target app" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();

  await creel.post("/inbox", { items: [{ n: 4 }, { n: 5 }] });
  await expect.poll(() => app.got.map((g) => g.body).sort()).toEqual(['{"n":4}', '{"n":5}']);
  await creel.post("/inbox", "nothing to send");
  await expect(page.getByRole("option", { name: /transform wanted nothing sent/ })).toBeVisible();
  expect(app.got).toHaveLength(2);
});
