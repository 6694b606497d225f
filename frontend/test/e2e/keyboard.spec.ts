import { expect, expectAccessible, type Page, test } from "./creel";

const messages = (page: Page) => page.getByRole("region", { name: "Messages" });

for (const theme of ["light", "dark"] as const) {
  test(`the whole journey by keys alone, ${theme}`, async ({ open, app, page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await open();
    const rows = page.getByRole("listbox", { name: /^Requests/ }).getByRole("option");
    for (const [word, soFar] of [
      ["order", 1],
      ["stripe", 2],
    ] as const) {
      await page.keyboard.press("s");
      await expect(page.getByRole("combobox", { name: "Search samples" })).toBeFocused();
      await page.keyboard.type(word);
      await page.keyboard.press("Enter");
      await expect(page.getByRole("dialog")).toHaveCount(0);
      await expect(rows).toHaveCount(soFar);
    }
    const reading = (seq: number) => page.getByRole("region", { name: `Request ${seq}`, exact: true });
    await expect(reading(2)).toBeVisible();
    await page.keyboard.press("j");
    await expect(reading(1)).toBeVisible();
    await page.keyboard.press("k");
    await expect(reading(2)).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(reading(2)).toBeFocused();

    for (
      let i = 0;
      i < 20 &&
      (await page.getByRole("tab", { selected: true }).evaluate((e) => e !== document.activeElement));
      i++
    )
      await page.keyboard.press("Tab");
    await expect(page.getByRole("tab", { name: "Body" })).toBeFocused();
    for (const name of [/^Headers/, /^Raw/, /^Signature/, /^Deliveries/, /^Compare/]) {
      await page.keyboard.press("ArrowRight");
      await expect(page.getByRole("tab", { name })).toBeFocused();
      await expect(page.getByRole("tabpanel", { name })).toBeVisible();
    }

    await page.keyboard.press("f");
    await expect(page.getByRole("textbox", { name: "URL" })).toBeFocused();
    await page.keyboard.type(app.url);
    await page.keyboard.press("Enter");
    await expect(messages(page).getByText(/: 200 in /)).toBeVisible();
    await page.keyboard.press("r");
    await expect(messages(page).getByText(/same answer$/)).toBeVisible();
    expect(app.got).toHaveLength(2);
    expect(app.got[1]?.body).toBe(app.got[0]?.body);

    await page.keyboard.press("Escape");
    await page.keyboard.press("d");
    await page.keyboard.press("j");
    await expect(reading(1)).toBeVisible();
    await page.keyboard.press("d");
    await expect(page.getByRole("dialog", { name: "Compare" }).getByRole("status")).toContainText("change");
    await page.keyboard.press("]");
    await expect(page.getByRole("dialog").locator("[aria-current=true]")).toHaveCount(1);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  test(`what the journey shows can be read by everybody, ${theme}`, async ({ open, creel, app, page }) => {
    await page.emulateMedia({ colorScheme: theme });
    for (const order of [1, 2]) await creel.post("/inbox/orders", { order });
    await creel.api("POST", "/requests/2/replay", { url: app.url });
    await open();
    for (const name of [/^Body/, /^Headers/, /^Raw/, /^Signature/, /^Deliveries/, /^Compare/]) {
      await page.getByRole("tab", { name }).click();
      await expect(page.getByRole("tabpanel", { name })).toBeVisible();
      await expectAccessible(page);
    }
    await page.keyboard.press("Escape");
    for (const key of ["d", "j", "d"]) await page.keyboard.press(key);
    await expect(page.getByRole("dialog", { name: "Compare" }).getByRole("status")).toContainText("change");
    await expectAccessible(page);
  });
}

test("the palette offers what is useful now, by any of its names, and remembers", async ({ open, page }) => {
  await open();
  const palette = page.getByRole("dialog", { name: "Command palette" });
  const first = palette.getByRole("option").first();
  await page.keyboard.press("Control+k");
  await expect(first).toContainText("Copy the endpoint’s URL");
  await page.keyboard.type("mock");
  await expect(first).toContainText("Send a sample");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("combobox", { name: "Search samples" })).toBeFocused();
  const samples = page.getByRole("listbox", { name: "Samples" });
  await expect(samples.getByRole("option", { selected: true })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Request 1", exact: true })).toBeVisible();

  await page.keyboard.press("Control+k");
  await expect(first).toContainText("Send a sample");
  await expect(palette.getByRole("option").nth(1)).toContainText("Replay");
  for (const [word, title] of [
    ["resend", "Replay"],
    ["retry", "Retry the failed delivery"],
    ["proxy", "Forward to"],
    ["diff", "Mark to compare"],
  ] as const) {
    await page.getByRole("combobox", { name: "Search or run a command" }).fill(word);
    await expect(first).toContainText(title);
  }
});
