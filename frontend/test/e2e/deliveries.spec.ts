import { readFileSync } from "node:fs";
import { expect, expectAccessible, type Page, test } from "./creel";

const messages = (page: Page) => page.getByRole("region", { name: "Messages" });
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

/** Sends a request on and waits for the end of it. */
async function sent(
  creel: { api(m: string, p: string, b?: unknown): Promise<unknown> },
  seq: number,
  url: string,
) {
  await creel.api("POST", `/requests/${seq}/replay`, { url });
  await expect
    .poll(() => creel.api("GET", `/requests/${seq}/deliveries`))
    .not.toContainEqual(expect.objectContaining({ state: expect.stringMatching(/waiting|sending/) }));
}

test("answers and what was sent are read like requests: tree, source, parts, bytes, headers", async ({
  open,
  creel,
  app,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const part = '--YY\r\nContent-Disposition: form-data; name="made"\r\n\r\nby the app\r\n--YY--\r\n';
  app.answer = (path) =>
    path === "/parts"
      ? { type: "multipart/form-data; boundary=YY", body: part }
      : { type: "application/json", body: '{"ok":true,"stock":{"left":4}}' };
  await creel.post("/inbox/read", { order: 42 });
  await sent(creel, 1, `${app.url}/parts`);
  await sent(creel, 1, `${app.url}/json`);
  const page = await open();
  await page.getByRole("tab", { name: /^Deliveries/ }).click();
  const answer = page.getByRole("region", { name: /^Body of the answer/ });
  await expect(answer.getByRole("tree")).toContainText("stock");
  await expectAccessible(page);
  await answer.getByRole("radio", { name: "Pretty" }).click();
  await expect(answer.getByRole("textbox", { name: "Body of the answer" })).toContainText('"left": 4');
  await answer.getByRole("radio", { name: "Hex" }).click();
  await expect(answer.getByText("7b 22 6f 6b")).toBeVisible();
  const headers = page.getByRole("region", { name: "Headers of the answer" });
  await headers.getByRole("button", { name: /^Copy all/ }).click();
  await expect.poll(() => copied(page)).toMatch(/^Content-Type: application\/json\r?\n[\s\S]*Date: /);

  await page.getByRole("radio", { name: "Sent" }).click();
  const out = page.getByRole("region", { name: /^Body sent/ });
  await out.getByRole("radio", { name: "Tree" }).click();
  await expect(out.getByRole("tree")).toContainText("order");
  await expectAccessible(page);

  await page
    .getByRole("button", { name: /^Attempt 1/ })
    .last()
    .click();
  const made = page.getByRole("region", { name: "made", exact: true });
  await expect(made).toContainText("by the app");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    made.getByRole("button", { name: "Download made" }).click(),
  ]);
  expect(readFileSync(await download.path(), "utf8")).toBe("by the app");
});

test("an answer is compared with the one before from where it is read", async ({ open, creel, app }) => {
  let stock = 4;
  app.answer = () => ({ type: "application/json", body: JSON.stringify({ stock }) });
  await creel.post("/inbox/again", { a: 1 });
  await sent(creel, 1, `${app.url}/a`);
  stock = 3;
  await sent(creel, 1, `${app.url}/a`);
  const page = await open();
  await page.getByRole("tab", { name: /^Deliveries/ }).click();
  await page.getByRole("button", { name: "Compare with the previous answer", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Compare" });
  await expect(dialog.getByRole("list", { name: "Changes" })).toContainText("stock");
});

test("a long URL stays on its line, its end in view, and is copied whole", async ({
  open,
  creel,
  app,
  context,
  page,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.setViewportSize({ width: 1100, height: 700 });
  await creel.post("/inbox/long", { a: 1 });
  const url = `${app.url}/${"very-long-path/".repeat(30)}the-end?signature=${"ab".repeat(40)}&last=here`;
  await sent(creel, 1, url);
  await open();
  await page.getByRole("tab", { name: /^Deliveries/ }).click();
  const item = page.getByRole("list", { name: "Deliveries, newest first" }).getByRole("listitem").first();
  const end = item.getByText("&last=here", { exact: false }).first();
  await expect(end).toBeInViewport({ ratio: 1 });
  await expect(item.getByTitle(url)).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(await page.getByRole("tabpanel").evaluate((e) => e.scrollWidth <= e.clientWidth)).toBe(true);
  await item.getByRole("button", { name: `Copy ${url}` }).click();
  await expect.poll(() => copied(page)).toBe(url);
});

test("failed sends are one message, and reading about one takes it out", async ({ open, creel }) => {
  for (const name of ["a", "b", "c"]) await creel.post(`/inbox/${name}`, { name });
  const page = await open();
  const told = messages(page).getByRole("alert");
  for (const [at, name] of ["c", "b", "a"].entries()) {
    await page.getByRole("option", { name: new RegExp(`/inbox/${name},`) }).click();
    await page.keyboard.press("f");
    await page.getByRole("textbox", { name: "URL" }).fill("http://127.0.0.1:1/hook");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(told).toHaveText(
      at === 0 ? /^#3: .*nothing is listening/ : new RegExp(`^${at + 1} sends failed: `),
    );
    await expect(told).toHaveCount(1);
  }
  await expectAccessible(page);
  await page.getByRole("tab", { name: /^Deliveries/ }).click();
  await expect(told).toHaveText(/^2 sends failed: /);
  await page.getByRole("option", { name: /\/inbox\/b,/ }).click();
  await expect(told).toHaveText(/^#3: /);
  await told.getByRole("button", { name: "Show" }).click();
  await expect(page.getByRole("region", { name: "Request 3", exact: true })).toBeVisible();
  await expect(told).toHaveCount(0);
});

test("whoever reads further down is not moved by new deliveries, and is told of them", async ({
  open,
  creel,
  app,
  page,
}) => {
  await page.setViewportSize({ width: 1100, height: 700 });
  app.answer = () => ({ type: "application/json", body: JSON.stringify({ ok: true, list: [1, 2, 3] }) });
  await creel.post("/inbox/read", { order: 42 });
  for (let n = 1; n <= 8; n++) await sent(creel, 1, `${app.url}/${n}`);
  await open();
  await page.getByRole("tab", { name: /^Deliveries/ }).click();
  const list = page.getByRole("list", { name: "Deliveries, newest first" });
  // The newest is open; its answer is there before anything is measured.
  await expect(list.getByRole("tree")).toContainText("list");
  const reading = list.getByTitle(`${app.url}/2`);
  await reading.scrollIntoViewIfNeeded();
  const before = await reading.boundingBox();
  expect(before).not.toBeNull();
  const told = page.getByRole("button", { name: "2 new deliveries" });
  await expect(told).toHaveCount(0);
  await sent(creel, 1, `${app.url}/9`);
  await sent(creel, 1, `${app.url}/10`);
  await expect(told).toBeVisible();
  await expect(list.getByTitle(`${app.url}/10`)).not.toBeInViewport();
  // The new one opens by itself, above: what is read stays where it is.
  await expect(list.getByRole("tree").first()).toContainText("list");
  expect((await reading.boundingBox())?.y).toBeCloseTo(before?.y ?? 0, 0);
  // Also when something grows in the very frame that tells of scrolling.
  const moved = await reading.evaluate(async (row) => {
    const frame = () => new Promise(requestAnimationFrame);
    const list = row.closest("ol");
    const was = row.getBoundingClientRect().top;
    const box = list?.parentElement;
    if (!list || !box) return [];
    await frame();
    box.scrollTop -= 10;
    const grown = list.ownerDocument.createElement("li");
    grown.style.height = "272px";
    list.prepend(grown);
    for (let i = 0; i < 3; i++) await frame();
    const moved = row.getBoundingClientRect().top - was;
    grown.remove();
    for (let i = 0; i < 3; i++) await frame();
    return [moved, row.getBoundingClientRect().top - was];
  });
  expect(moved).toEqual([10, 10]);
  await expectAccessible(page);
  await told.click();
  await expect(told).toHaveCount(0);
  await expect(list.getByTitle(`${app.url}/10`)).toBeInViewport();
  await expect(list.getByRole("listitem").first()).toBeFocused();
  // At the top new ones are shown at once.
  await sent(creel, 1, `${app.url}/11`);
  await expect(list.getByTitle(`${app.url}/11`)).toBeInViewport();
  await expect(page.getByRole("button", { name: /new deliver/ })).toHaveCount(0);
});
