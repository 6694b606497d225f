import { expect, expectAccessible, type Page, test } from "./creel";

/** The page, without the fixture that allows no error in the console: here there is to be one. */
async function visit(page: Page, creel: { ui: string; token: string }): Promise<void> {
  await page.goto(`${creel.ui}/#token=${creel.token}`);
  await expect(page.getByText(/^Listening on/)).toBeVisible();
}

test("a pane that fails leaves the others, and shows again", async ({ creel, page }) => {
  for (const n of [1, 2]) await creel.post(`/inbox/${n}`, { n });
  let damaged = true;
  await page.route(/\/api\/v1\/requests\/2$/, async (route) => {
    if (!damaged) return route.continue();
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), headers: null } });
  });
  await visit(page, creel);
  const fault = page.getByRole("alert", { name: "Request 2 cannot be shown" });
  await expect(fault).toContainText("nothing that is kept is lost");
  await expectAccessible(page);
  await expect(page.getByRole("option")).toHaveCount(2);

  await page.getByRole("option", { name: /\/inbox\/1/ }).click();
  await expect(page.getByRole("region", { name: "Request 1", exact: true })).toBeVisible();
  await expect(fault).toHaveCount(0);
  await page.keyboard.press("k");
  await expect(fault).toBeVisible();
  await creel.post("/inbox/3", { n: 3 });
  await expect(page.getByRole("option")).toHaveCount(3);

  damaged = false;
  await fault.getByRole("button", { name: "Show again" }).click();
  await expect(page.getByRole("region", { name: "Request 2", exact: true })).toBeVisible();
  await page.unrouteAll({ behavior: "wait" });
});

test("a dialog that fails can be closed, and the window goes on", async ({ creel, page }) => {
  await creel.post("/inbox/1", { n: 1 });
  let damaged = true;
  await page.route(/\/api\/v1\/settings$/, async (route) => {
    if (!damaged) return route.continue();
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), catchAddress: null } });
  });
  await visit(page, creel);
  await page.keyboard.press("Control+,");
  const fault = page.getByRole("dialog", { name: "This dialog cannot be shown" });
  await expect(fault.getByRole("button", { name: "Show again" })).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("f");
  await expect(page.getByRole("dialog", { name: "Forward request #1" })).toBeVisible();
  await page.keyboard.press("Escape");

  await page.keyboard.press("Control+,");
  damaged = false;
  await fault.getByRole("button", { name: "Show again" }).click();
  await expect(page.getByRole("dialog", { name: "Settings" })).toBeVisible();
  await page.unrouteAll({ behavior: "wait" });
});
