import { expect, expectAccessible, test } from "./creel";

test("an empty history says what to do, and the first request appears by itself", async ({ open, creel }) => {
  const page = await open();
  expect(page.url()).not.toContain("token");
  await expect(page.getByRole("heading", { name: "Listening. Send something." })).toBeVisible();
  await expect(page.getByText(`${creel.catch}/inbox`).first()).toBeVisible();
  await expectAccessible(page);

  await creel.post("/inbox/first", { hello: "creel" });
  await expect(page.getByRole("option", { name: /^POST \/inbox\/first/ })).toBeVisible();
  await expect(page.getByText("1 request", { exact: true })).toBeVisible();
  await expectAccessible(page);
});

test("the list holds still while somebody reads further down", async ({ open, creel }) => {
  for (let i = 0; i < 60; i++) await creel.post(`/inbox/old/${i}`);
  const page = await open();
  const list = page.getByRole("listbox", { name: /^Requests/ });
  await expect(page.getByText("60 requests")).toBeVisible();
  await list.evaluate((element) => {
    element.scrollTop = 900;
  });
  const row = page.getByRole("option", { name: /old\/35,/ });
  await expect(row).toBeVisible();
  const before = await row.boundingBox();

  for (let i = 0; i < 12; i++) await creel.post(`/inbox/new/${i}`);
  const pill = page.getByRole("button", { name: "12 new" });
  await expect(pill).toBeVisible();
  expect(await row.boundingBox()).toEqual(before);

  await pill.click();
  await expect(page.getByRole("option", { name: /new\/11,/ })).toBeInViewport();
  await expect(pill).toBeHidden();
});

test("keys alone: move, read, pin, filter, delete and undo", async ({ open, creel }) => {
  for (const name of ["a", "b", "c", "d"]) await creel.post(`/inbox/${name}`, { name });
  const page = await open();
  const selected = page.getByRole("option", { selected: true });
  await expect(selected).toHaveAccessibleName(/\/inbox\/d.*unread/);

  await page.keyboard.press("j");
  await expect(selected).toHaveAccessibleName(/\/inbox\/c/);
  await expect(selected).not.toHaveAccessibleName(/unread/);
  await page.keyboard.press("k");
  await page.keyboard.press("p");
  await expect(selected).toHaveAccessibleName(/\/inbox\/d.*pinned/);

  await page.keyboard.press("/");
  await page.keyboard.type("path:/inbox/b");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("option")).toHaveCount(1);
  await expect(page.getByText("1 of 4 requests", { exact: true })).toBeVisible();
  await page.keyboard.press("Home");
  await expect(selected).toHaveAccessibleName(/\/inbox\/b/);
  await page.keyboard.press("Delete");
  await expect(page.getByRole("heading", { name: "No request matches" })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("option", { name: /\/inbox\/b/ })).toBeVisible();

  await page.keyboard.press("/");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("option")).toHaveCount(4);
});

test("a filter at fault is explained under the box and the rows stay", async ({ open, creel }) => {
  await creel.post("/inbox/kept");
  const page = await open();
  const row = page.getByRole("listbox", { name: /^Requests/ }).getByRole("option");
  await expect(row).toHaveCount(1);
  const place = await row.boundingBox();
  await page.getByRole("combobox", { name: "Filter" }).fill("status:x");
  await expect(page.getByRole("alert")).toContainText("Column 8");
  await expect(row).toHaveCount(1);
  expect(await row.boundingBox()).toEqual(place);
  await expectAccessible(page);
  await page.getByRole("combobox", { name: "Filter" }).fill("");
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("a request that was only kept has no badge, an unusual answer is told", async ({ open, creel }) => {
  await creel.api("POST", "/endpoints", { slug: "teapot", reply: { mode: "fixed", status: 418 } });
  await creel.post("/inbox/usual", "a");
  await creel.post("/teapot/unusual", "a");
  const page = await open();
  const usual = page.getByRole("option", { name: /\/inbox\/usual/ });
  await expect(usual).toHaveAccessibleName(/Kept, not sent on; the sender was answered 200/);
  await expect(usual).not.toContainText("200");
  await expect(page.getByRole("option", { name: /\/teapot\/unusual/ })).toContainText("answered 418");
});

test("delete all asks, deletes and can be undone", async ({ open, creel }) => {
  for (let i = 0; i < 5; i++) await creel.post(`/inbox/${i}`);
  const page = await open();
  await page.getByRole("button", { name: "More for the list" }).click();
  await page.getByRole("menuitem", { name: "Delete all…" }).click();
  await page.getByRole("button", { name: "Delete all" }).click();
  await expect(page.getByRole("heading", { name: "Listening. Send something." })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("option")).toHaveCount(5);
});

test("the palette finds commands, and every key is in the help", async ({ open }) => {
  const page = await open();
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("combobox", { name: "Search or run a command" });
  await expect(palette).toBeFocused();
  await expectAccessible(page);
  await palette.fill("all keys");
  await page.keyboard.press("Enter");
  const help = page.getByRole("dialog", { name: "Keys" });
  await expect(help).toContainText("Copy the endpoint’s URL");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();
});

test("the theme is chosen once for good", async ({ open, creel, page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await open();
  const root = page.locator("html");
  await expect(root).toHaveAttribute("data-theme", "light");
  await page.getByRole("button", { name: /^Theme/ }).click();
  await page.getByRole("button", { name: /^Theme/ }).click();
  await expect(root).toHaveAttribute("data-theme", "dark");
  await expectAccessible(page);
  await expect.poll(() => creel.api("GET", "/settings")).toMatchObject({ theme: "dark" });
  await page.evaluate(() => localStorage.clear());
  await open();
  await expect(root).toHaveAttribute("data-theme", "dark");
});

test("endpoints narrow the list and their URL is the one to copy", async ({ open, creel }) => {
  await creel.api("POST", "/endpoints", { slug: "stripe" });
  await creel.post("/stripe/hook");
  await creel.post("/elsewhere");
  const page = await open();
  await expect(page.getByRole("option")).toHaveCount(2);
  await page
    .getByRole("navigation")
    .getByRole("button", { name: /^stripe/ })
    .click();
  await expect(page.getByRole("option")).toHaveCount(1);
  await expect(page.getByRole("banner").getByText(`${creel.catch}/stripe`)).toBeVisible();
});

test("the reading pane follows the newest until somebody chooses", async ({ open, creel }) => {
  await creel.post("/inbox/one");
  const page = await open();
  const selected = page.getByRole("option", { selected: true });
  await expect(selected).toHaveAccessibleName(/\/inbox\/one/);
  await creel.post("/inbox/two");
  await expect(selected).toHaveAccessibleName(/\/inbox\/two/);
  await page.getByRole("option", { name: /inbox\/one/ }).click();
  await creel.post("/inbox/three");
  await expect(page.getByRole("option", { name: /inbox\/three/ })).toBeVisible();
  await expect(selected).toHaveAccessibleName(/\/inbox\/one/);
});

test("a lost line is told, and what was missed comes back with it", async ({ open, creel, page }) => {
  let down = false;
  const lines: { close(): Promise<void> }[] = [];
  await page.routeWebSocket(/\/live$/, (line) => {
    if (down) {
      void line.close();
      return;
    }
    line.connectToServer();
    lines.push(line);
  });
  await open();
  await creel.post("/inbox/before");
  await expect(page.getByRole("option")).toHaveCount(1);

  down = true;
  for (const line of lines) await line.close();
  await expect(page.getByText("Reconnecting")).toBeVisible();
  await creel.post("/inbox/missed");
  await expect(page.getByRole("alert")).toContainText("Creel does not answer");
  await expect(page.getByRole("option")).toHaveCount(1);

  down = false;
  await expect(page.getByRole("option", { name: /missed/ })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.getByText("Reconnecting")).toBeHidden();
});

test("without its key the page says so", async ({ page, creel }) => {
  await page.goto(creel.ui);
  await expect(page.getByRole("heading", { name: "This page needs its key" })).toBeVisible();
  await expectAccessible(page);
});
