import { expect, expectAccessible, type Page, test } from "./creel";

/** The toast that has this text. */
const told = (page: Page, text: string | RegExp) =>
  page.getByRole("region", { name: "Messages" }).getByText(text).last();

test("a request goes on as it is, again, and tells what its answer changed", async ({ open, creel, app }) => {
  app.answer = () => ({ type: "application/json", body: '{"ok":true,"stock":4}' });
  const body = '{ "order": 42,\n  "city": "Zürich" }\n';
  await creel.post("/inbox/orders", body, { "Content-Type": "application/json", "X-Trace": "abc" });
  const page = await open();
  await page.getByRole("option", { name: /\/inbox\/orders/ }).click();

  await page.keyboard.press("f");
  const dialog = page.getByRole("dialog", { name: "Forward request #1" });
  await expect(dialog.getByRole("textbox", { name: "URL" })).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("alert")).toContainText("Paste the URL of your app");
  await page.keyboard.type(`${app.url}/hooks`);
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(told(page, /^#1 to .*\/hooks: 200 in /)).toBeVisible();
  expect(app.got).toHaveLength(1);
  expect(app.got[0]).toMatchObject({ method: "POST", path: "/hooks", body });
  expect(app.got[0]?.headers["x-trace"]).toBe("abc");
  expect(app.got[0]?.headers["creel-delivery"]).toBeTruthy();

  await page.keyboard.press("r");
  await expect(told(page, /200 in .* · same answer$/)).toBeVisible();
  const row = page.getByRole("option", { name: /\/inbox\/orders/ });
  await expect(row).toHaveAccessibleName(/The target answered 200, same answer/);
  expect(app.got).toHaveLength(2);
  expect(app.got[1]?.body).toBe(body);

  app.answer = () => ({ type: "application/json", body: '{"ok":false,"stock":3}' });
  await page.keyboard.press("r");
  await expect(told(page, /200 in .* · 2 changes$/)).toBeVisible();
  await expect(row).toHaveAccessibleName(/The target answered 200, 2 changes/);
  await page.getByRole("button", { name: "Compare", exact: true }).last().click();
  const compared = page.getByRole("dialog", { name: "Compare" });
  await expect(compared.getByRole("status")).toHaveText("2 changes in the body");
  await expect(compared.getByRole("list", { name: "Changes" })).toContainText("stock");
  await expectAccessible(page);
});

test("an edited copy is sent exactly as it was edited, and the request stays", async ({
  open,
  creel,
  app,
}) => {
  app.answer = () => ({ status: 202, body: "taken" });
  await creel.post("/inbox/edit", { amount: 1 }, { "X-Keep": "kept", "X-Drop": "dropped" });
  const page = await open();
  await page.getByRole("option", { name: /\/inbox\/edit/ }).click();
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog", { name: "Edit and send request #1" });
  await expect(dialog.getByText("Nothing is changed yet.")).toBeVisible();
  await expectAccessible(page);

  await dialog.getByRole("combobox", { name: "Method" }).fill("PUT");
  await dialog.getByRole("textbox", { name: "URL" }).fill(`${app.url}/edited?x=1`);
  await dialog.getByRole("button", { name: "Remove header X-Drop" }).click();
  await dialog.getByRole("button", { name: "Add header" }).click();
  await dialog
    .getByRole("textbox", { name: /^Name of header/ })
    .last()
    .fill("X-New");
  await dialog
    .getByRole("textbox", { name: /^Value of header/ })
    .last()
    .fill("made here");
  const text = dialog.getByRole("textbox", { name: "Body to send" });
  await text.fill('{"amount":2}');
  await expect(dialog.getByText("The request itself stays as it arrived.")).toBeVisible();
  await text.press("Control+Enter");

  await expect(dialog.getByRole("region", { name: "Answer", exact: true })).toContainText("202");
  await expect(dialog.getByRole("region", { name: "Answer", exact: true })).toContainText("taken");
  expect(app.got).toHaveLength(1);
  const [got] = app.got;
  expect(got).toMatchObject({ method: "PUT", path: "/edited?x=1", body: '{"amount":2}' });
  expect(got?.headers).toMatchObject({ "x-keep": "kept", "x-new": "made here" });
  expect(got?.headers["x-drop"]).toBeUndefined();
  await expectAccessible(page);

  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await page.getByRole("tab", { name: /^Deliveries/ }).click();
  await expect(page.getByText("edited", { exact: true })).toBeVisible();
  const kept = (await creel.api("GET", "/requests/1")) as { method: string; bodyBytes: number };
  expect(kept).toMatchObject({ method: "POST", bodyBytes: 12 });

  // What was typed is still there when the editor opens again.
  await page.keyboard.press("e");
  await expect(dialog.getByRole("combobox", { name: "Method" })).toHaveValue("PUT");
  await dialog.getByRole("button", { name: "Reset" }).click();
  await expect(dialog.getByRole("combobox", { name: "Method" })).toHaveValue("POST");
});

test("header lines can be edited as text, and a line at fault is named", async ({ open, creel, app }) => {
  await creel.post("/inbox/lines", "a=1");
  const page = await open();
  await page.getByRole("option", { name: /\/inbox\/lines/ }).click();
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog", { name: /^Edit and send/ });
  await dialog.getByRole("radio", { name: "Text" }).click();
  const lines = dialog.getByRole("textbox", { name: "Header lines" });
  await lines.fill("Content-Type: text/plain\nno colon");
  await expect(dialog.getByRole("alert")).toContainText("Line 2");
  await lines.fill("Content-Type: text/plain\nX-Two: b");
  await expect(dialog.getByRole("alert")).toHaveCount(0);
  await dialog.getByRole("textbox", { name: "URL" }).fill("ftp://nowhere");
  await dialog.getByRole("button", { name: /^Send/ }).click();
  await expect(dialog.getByRole("alert")).toContainText("http and https only");
  await dialog.getByRole("textbox", { name: "URL" }).fill(app.url);
  await dialog.getByRole("button", { name: /^Send/ }).click();
  await expect(dialog.getByRole("region", { name: "Answer", exact: true })).toContainText("200");
  expect(app.got[0]?.headers).toMatchObject({ "content-type": "text/plain", "x-two": "b" });
});

test("a target that does not listen is told in words, and retried when it does", async ({
  open,
  creel,
  app,
}) => {
  await creel.post("/inbox/later", { a: 1 });
  const page = await open();
  await page.getByRole("option", { name: /\/inbox\/later/ }).click();
  await page.keyboard.press("f");
  await page.keyboard.type("http://127.0.0.1:1/hook");
  await page.keyboard.press("Enter");
  await expect(told(page, /nothing is listening there; start your app and replay/)).toBeVisible();
  await expect(page.getByRole("option", { name: /\/inbox\/later/ })).toHaveAccessibleName(/no listener/);

  await page.getByRole("tab", { name: /^Deliveries/ }).click();
  const deliveries = page.getByRole("list", { name: "Deliveries, newest first" });
  await expect(deliveries).toContainText("nothing is listening there");
  await expectAccessible(page);
  await deliveries.getByRole("button", { name: "Retry" }).click();
  await expect(deliveries.getByText("Attempt 2")).toBeVisible();

  // A target keeps its name when its URL is mended: the next replay goes to the new place.
  await creel.api("POST", "/targets", { name: "local app", url: app.url, pathMode: "exact" });
  await page.keyboard.press("f");
  await page
    .getByRole("region", { name: "Targets" })
    .getByRole("button", { name: /local app/ })
    .click();
  await expect(told(page, /^#1 to local app: 200 in /)).toBeVisible();
  await expect(deliveries.getByText("delivered")).toBeVisible();
  expect(app.got).toHaveLength(1);
});

test("a URL can be kept as a target while forwarding, a taken name is told at its field", async ({
  open,
  creel,
  app,
}) => {
  await creel.api("POST", "/targets", { name: "mine", url: "http://127.0.0.1:9/x" });
  await creel.post("/inbox/keep", "body");
  const page = await open();
  await page.getByRole("option", { name: /\/inbox\/keep/ }).click();
  await page.keyboard.press("f");
  const dialog = page.getByRole("dialog", { name: "Forward request #1" });
  await dialog.getByRole("textbox", { name: "URL" }).fill(app.url);
  await dialog.getByRole("checkbox", { name: "Keep this URL as a target" }).check();
  await dialog.getByRole("textbox", { name: "Name of the target" }).fill("mine");
  await dialog.getByRole("button", { name: "Forward", exact: true }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await expect(dialog.getByRole("textbox", { name: "Name of the target" })).toHaveAttribute(
    "aria-invalid",
    "true",
  );
  expect(app.got).toHaveLength(0);
  await dialog.getByRole("textbox", { name: "Name of the target" }).fill("my app");
  await dialog.getByRole("button", { name: "Forward", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(told(page, /^#1 to my app: 200 in /)).toBeVisible();
  await expect(page.getByRole("button", { name: /^Target my app/ })).toBeVisible();
});
