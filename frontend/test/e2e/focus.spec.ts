import { expect, type Page, test } from "./creel";

/** What has the focus: the name or id of the element, "" when nothing has it. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    if (!at || at === document.body) return "";
    return at.getAttribute("aria-label") ?? at.id ?? at.tagName;
  });
const list = (page: Page) => page.getByRole("listbox", { name: /^Requests/ });

test("the list has it from the start, and gets it back from the pill, the filter, messages and menus", async ({
  open,
  creel,
}) => {
  for (let i = 0; i < 40; i++) await creel.post(`/inbox/${i}`);
  const page = await open();
  await expect(list(page)).toBeFocused();
  await page.keyboard.press("End");
  await expect(page.getByRole("option", { name: /\/inbox\/0,/ })).toBeInViewport();
  await creel.post("/inbox/new");
  await page.getByRole("button", { name: "1 new" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("option", { name: /\/inbox\/new,/ })).toBeInViewport();
  await expect(list(page)).toBeFocused();

  const filter = page.getByRole("combobox", { name: "Filter" });
  await filter.fill("nothing-like-it");
  await page.getByRole("button", { name: "Clear the filter" }).first().click();
  await expect(filter).toBeFocused();
  await filter.fill("nothing-like-it");
  await expect(page.getByRole("heading", { name: "No request matches" })).toBeVisible();
  await page.getByRole("button", { name: "Clear the filter" }).last().click();
  await expect(list(page)).toBeFocused();

  await page.keyboard.press("Delete");
  const undo = page.getByRole("button", { name: "Undo" });
  await undo.focus();
  await page.keyboard.press("Enter");
  await expect(undo).toHaveCount(0);
  await expect(list(page)).toBeFocused();
  await expect(page.getByText("1 request restored")).toBeVisible();

  await page.getByRole("option").first().click({ button: "right" });
  await page.getByRole("menuitem", { name: /^Pin/ }).click();
  await expect(page.getByRole("menu")).toHaveCount(0);
  await expect(list(page)).toBeFocused();
});

test("dialogs give it back, and the next request takes it over in the reading pane", async ({
  open,
  creel,
}) => {
  for (const name of ["a", "b", "c"]) await creel.post(`/inbox/${name}`);
  const page = await open();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(list(page)).toBeFocused();

  await page.keyboard.press("e");
  await expect(page.getByRole("dialog", { name: /^Edit and send/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(list(page)).toBeFocused();

  for (const word of ["", "settings", "forward"]) {
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("combobox", { name: "Search or run a command" })).toBeFocused();
    if (word !== "") {
      await page.keyboard.type(word);
      await page.keyboard.press("Enter");
      await expect(page.getByRole("dialog", { name: "Command palette" })).toHaveCount(0);
      await expect(page.getByRole("dialog")).toHaveCount(1);
    }
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(list(page)).toBeFocused();
  }

  const edit = page.getByRole("button", { name: "Edit and send" });
  await edit.click();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(edit).toBeFocused();

  await page.keyboard.press("j");
  await expect(page.getByRole("region", { name: "Request 2", exact: true })).toBeFocused();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page.getByRole("region", { name: "Request 1", exact: true })).toBeFocused();
  await expect(page.getByRole("option")).toHaveCount(2);
  await page.keyboard.press("Delete");
  await expect(page.getByRole("option")).toHaveCount(1);
  await expect(page.getByRole("region", { name: "Request 3", exact: true })).toBeFocused();
  await page.keyboard.press("Delete");
  await expect(page.getByRole("option")).toHaveCount(0);
  await expect.poll(() => focused(page)).not.toBe("");
});

test("a pressed Retry leaves it at the delivery", async ({ open, creel }) => {
  await creel.post("/inbox/later");
  await creel.api("POST", "/requests/1/replay", { url: "http://127.0.0.1:1/hook" });
  const page = await open();
  await page.getByRole("tab", { name: /^Deliveries/ }).click();
  const item = page.getByRole("list", { name: "Deliveries, newest first" }).getByRole("listitem").first();
  const retry = item.getByRole("button", { name: "Retry" });
  await retry.focus();
  await page.keyboard.press("Enter");
  await expect(item.getByText("Attempt 2")).toBeVisible();
  await expect(item).toBeFocused();
});
