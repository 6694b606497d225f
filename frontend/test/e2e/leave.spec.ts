import { expect, expectAccessible, test } from "./creel";

test("a form that was changed asks before Escape takes it away; Cancel does not", async ({
  open,
  creel,
  app,
}) => {
  await creel.api("POST", "/targets", { name: "shop", url: app.url });
  await creel.post("/inbox", { n: 1 });
  const page = await open();
  const form = page.getByRole("dialog", { name: "Target shop" });
  const name = form.getByRole("textbox", { name: "Name" });
  const ask = page.getByRole("dialog", { name: "Leave without saving?" });
  await page.getByRole("button", { name: /^Target shop,/ }).click();
  await expect(name).toBeFocused();
  // Nothing was changed: nothing is asked.
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await page.getByRole("button", { name: /^Target shop,/ }).click();
  await name.fill("store");
  await page.keyboard.press("Escape");
  await expect(ask.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await expect(ask).toHaveCount(0);
  await expect(name).toHaveValue("store");
  // A press beside the form is no decision either.
  await page.mouse.click(5, 350);
  await expect(ask).toBeVisible();
  await ask.getByRole("button", { name: "Discard changes" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(await creel.api("GET", "/targets/shop")).toMatchObject({ name: "shop" });

  await page.getByRole("button", { name: /^Target shop,/ }).click();
  await name.fill("store");
  await form.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("what was edited in a sample, an endpoint or the settings is asked about, too", async ({ open }) => {
  const page = await open();
  await page.keyboard.press("s");
  const samples = page.getByRole("dialog", { name: "Send a sample" });
  const body = samples.getByRole("textbox", { name: "Body of the sample" });
  await expect(body).toContainText("id");
  await body.fill('{"mine":1}');
  await expect(samples.getByText("edited", { exact: true })).toBeVisible();
  await page.keyboard.press("Escape");
  const sending = page.getByRole("dialog", { name: "Leave without sending?" });
  await sending.getByRole("button", { name: "Cancel" }).click();
  await expect(body).toHaveText('{"mine":1}');
  await page.keyboard.press("Escape");
  await sending.getByRole("button", { name: "Discard changes" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);

  const saving = page.getByRole("dialog", { name: "Leave without saving?" });
  await page.getByRole("button", { name: "Add an endpoint" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Shop");
  await page.keyboard.press("Escape");
  await saving.getByRole("button", { name: "Discard changes" }).click();
  await page.keyboard.press("Control+,");
  const kept = page.getByRole("textbox", { name: "Newest requests kept" });
  // None kept at all is nothing that a 0 could mean: it would be no limit.
  await kept.fill("0");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Give a whole number from 1, or nothing for no limit")).toBeInViewport();
  await kept.press("Escape");
  await saving.getByRole("button", { name: "Discard changes" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("a new target needs no name, a new endpoint's reply is tried before it is made", async ({
  open,
  creel,
}) => {
  const page = await open();
  await page.getByRole("button", { name: "Add a target" }).click();
  const target = page.getByRole("dialog", { name: "New target" });
  await target.getByRole("button", { name: "Create target" }).click();
  await expect(target.getByRole("alert")).toContainText("Paste the URL of your app");
  await target.getByRole("textbox", { name: "URL", exact: true }).fill("localhost:3000/hooks");
  await target.getByRole("button", { name: "Create target" }).click();
  await expect(target).toHaveCount(0);
  expect(await creel.api("GET", "/targets")).toMatchObject([{ name: "localhost:3000" }]);

  await page.getByRole("button", { name: "Add an endpoint" }).click();
  const endpoint = page.getByRole("dialog", { name: "New endpoint" });
  await endpoint.getByRole("tab", { name: "Reply", exact: true }).click();
  await expect(endpoint.getByRole("region", { name: "Preview of the answer" })).toContainText("200 OK");
});

test("a question asked over a form gives it back as it was, also when it was answered", async ({
  open,
  creel,
  app,
}) => {
  app.answer = () => ({ status: 500 });
  await creel.api("POST", "/targets", { name: "shop", url: app.url, policy: { attempts: 1 } });
  await creel.api("PATCH", "/endpoints/inbox", { targets: ["shop"] });
  await creel.post("/inbox", { n: 1 });
  const page = await open();
  await page.getByRole("button", { name: /^Target shop, 1 dead letter/ }).click();
  const form = page.getByRole("dialog", { name: "Target shop" });
  const url = form.getByRole("textbox", { name: "URL", exact: true });
  await url.fill("http://localhost:1/half-typed");
  app.answer = () => ({});
  await form.getByRole("button", { name: "Send 1 dead letter again…" }).click();
  await page.getByRole("button", { name: "Send all again" }).click();
  await expect.poll(() => app.got.length).toBe(2);
  await expect(url).toHaveValue("http://localhost:1/half-typed");
  await form.getByRole("button", { name: "Cancel" }).click();

  await page.keyboard.press("Control+,");
  const kept = page.getByRole("textbox", { name: "Newest requests kept" });
  await kept.fill("7");
  await page.getByRole("button", { name: "Delete all requests in the list…" }).click();
  await page.getByRole("dialog", { name: "Delete requests" }).getByRole("button", { name: "Cancel" }).click();
  await expect(kept).toHaveValue("7");
  // Enter beside HTTPS turns that on; the settings around it are not saved by it.
  const port = page.getByRole("textbox", { name: "Port for HTTPS" });
  await port.fill("127.0.0.1:0");
  await port.press("Enter");
  await expect(page.getByRole("button", { name: "Turn off HTTPS" })).toBeVisible();
  await expect(kept).toHaveValue("7");
});

test("lines are moved again and again by the same key; what is typed is undone", async ({ open }) => {
  const page = await open();
  await page.getByRole("button", { name: "Add an endpoint" }).click();
  const dialog = page.getByRole("dialog", { name: "New endpoint" });
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("Shop");
  await dialog.getByRole("tab", { name: "Rules" }).click();
  for (const [i, word] of ["one", "two", "three"].entries()) {
    await dialog.getByRole("button", { name: "Add rule" }).click();
    await dialog
      .getByRole("listitem", { name: `Rule ${i + 1}` })
      .getByRole("textbox", { name: "When a request matches" })
      .fill(word);
  }
  const rules = dialog.getByRole("listitem", { name: /^Rule \d$/ });
  await dialog.getByRole("button", { name: "Move rule 3 up" }).focus();
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("button", { name: "Move rule 2 up" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(rules.locator("code")).toHaveText(["three", "one", "two"]);
  await expect(dialog.getByRole("button", { name: "Move rule 1 down" })).toBeFocused();
  // The one that is open stays open while another goes.
  await expect(dialog.getByRole("button", { name: /^Rule 1:/ })).toHaveAttribute("aria-expanded", "true");
  await dialog.getByRole("button", { name: "Remove rule 2" }).click();
  await expect(dialog.getByRole("button", { name: /^Rule 1:/ })).toHaveAttribute("aria-expanded", "true");
  await dialog.getByRole("button", { name: "Cancel" }).click();

  await page.keyboard.press("s");
  const body = page.getByRole("textbox", { name: "Body of the sample" });
  await expect(body).toContainText("id");
  const [, line = "nothing"] = (await body.innerText()).split("\n");
  await body.fill("mine");
  await expect(body).toHaveText("mine");
  await body.press("Control+z");
  await expect(body).toContainText(line.trim());
});
