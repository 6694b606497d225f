import { expect, expectAccessible, test } from "./creel";

test("the answer comes into view, and header lines are moved by keys and buttons", async ({
  open,
  creel,
  app,
  page,
}) => {
  await page.setViewportSize({ width: 1100, height: 700 });
  app.answer = () => ({ status: 201, body: "made" });
  await creel.post("/inbox/many", { a: 1 }, { "X-One": "1", "X-Two": "2", "X-Three": "3", "X-Four": "4" });
  await open();
  await page.getByRole("option", { name: /\/inbox\/many/ }).click();
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog", { name: /^Edit and send/ });
  const names = dialog.getByRole("textbox", { name: /^Name of header/ });
  const read = () => names.evaluateAll((all) => all.map((e) => (e as HTMLInputElement).value));
  await expect(names.first()).toBeVisible();
  const before = (await read()).map((n) => n.toLowerCase());
  const last = before.length - 1;
  await names.nth(last).focus();
  await page.keyboard.press("Alt+ArrowUp");
  await expect(names.nth(last - 1)).toBeFocused();
  const swapped = [...before];
  swapped.splice(last - 1, 2, before[last] ?? "", before[last - 1] ?? "");
  expect((await read()).map((n) => n.toLowerCase())).toEqual(swapped);
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Alt+ArrowDown");
  await expect(names.nth(last)).toBeFocused();
  expect((await read()).map((n) => n.toLowerCase())).toEqual(before);
  await expect(dialog.getByText("Nothing is changed yet.")).toBeVisible();
  await dialog.getByRole("button", { name: `Move header ${(await read())[last]} up` }).click();
  expect((await read()).map((n) => n.toLowerCase())).toEqual(swapped);

  // A missing scheme is completed where it can be seen.
  await dialog.getByRole("textbox", { name: "URL" }).fill(app.url.replace("http://", ""));
  await expect(dialog.getByText(`Goes to ${app.url}`)).toBeVisible();
  await page.keyboard.press("Control+Enter");
  const answer = dialog.getByRole("region", { name: "Answer", exact: true });
  await expect(answer).toContainText("201");
  await expect(answer.getByText("201", { exact: true })).toBeInViewport({ ratio: 1 });
  await expectAccessible(page);
  expect(app.got).toHaveLength(1);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("region", { name: "Request 1", exact: true })).toBeVisible();
});

test("a URL that looks mistyped is doubted, mended by one press, and never blocked", async ({
  open,
  creel,
  app,
  page,
}) => {
  await creel.post("/inbox/typo", { a: 1 });
  await open();
  await page.getByRole("option", { name: /\/inbox\/typo/ }).click();
  await page.keyboard.press("f");
  const dialog = page.getByRole("dialog", { name: "Forward request #1" });
  const url = dialog.getByRole("textbox", { name: "URL" });
  await expect(url).toBeFocused();
  await url.fill(`localhost${new URL(app.url).port}/foo`);
  await expect(dialog.getByText(/most likely no machine called/)).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: /^Use http:\/\/localhost:/ }).click();
  await expect(url).toHaveValue(`http://localhost:${new URL(app.url).port}/foo`);
  await url.fill("myhost/foo");
  await expect(dialog.getByText(/has no dot and no port/)).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Forward", exact: true })).toBeEnabled();
  await url.fill(`${new URL(app.url).host}/foo`);
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("option", { name: /The target answered 200/ })).toBeVisible();
  expect(app.got.map((g) => g.path)).toEqual(["/foo"]);
});

test("header lines that cannot be read are neither sent as they were nor lost", async ({
  open,
  creel,
  app,
}) => {
  await creel.post("/inbox/edit", { a: 1 }, { "X-Kept": "1" });
  const page = await open();
  await page.getByRole("option", { name: /\/inbox\/edit/ }).click();
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog", { name: "Edit and send request #1" });
  await dialog.getByRole("textbox", { name: "URL" }).fill(app.url);
  await dialog.getByRole("radio", { name: "Text" }).click();
  const lines = dialog.getByRole("textbox", { name: "Header lines" });
  await lines.fill("X-Mine: 2\nno colon");
  await expect(dialog.getByRole("alert")).toContainText("Line 2");
  await expect(dialog.getByRole("button", { name: /^Send/ })).toBeDisabled();
  await expect(dialog.getByRole("radio", { name: "List" })).toBeDisabled();
  await lines.press("Control+Enter");
  await expect(lines).toHaveValue("X-Mine: 2\nno colon");
  await dialog.getByRole("button", { name: "Reset" }).click();
  await expect(dialog.getByRole("textbox", { name: "Name of header 1", exact: true })).toBeVisible();
  await dialog.getByRole("radio", { name: "Text" }).click();
  await expect(lines).toHaveValue(/X-Kept: 1/);
  await lines.fill("X-Mine: 2");
  await dialog.getByRole("textbox", { name: "URL" }).fill(app.url);
  await dialog.getByRole("button", { name: /^Send/ }).click();
  await expect(dialog.getByRole("region", { name: "Answer", exact: true })).toContainText("200");
  expect(app.got).toHaveLength(1);
  expect(app.got[0]?.headers).toMatchObject({ "x-mine": "2" });
  expect(app.got[0]?.headers["x-kept"]).toBeUndefined();
});
