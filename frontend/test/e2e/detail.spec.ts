import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, test } from "./creel";

const detail = (page: Page) => page.getByRole("region", { name: /^Request \d+/ });
const show = (page: Page, view: string) => page.getByRole("radio", { name: view, exact: true }).click();
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

/** What is saved by doing that. */
async function saved(page: Page, act: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

test.beforeEach(async ({ context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
});

test("a request is shown whole: facts, tree, source, headers, raw bytes", async ({ open, creel }) => {
  await creel.post("/inbox/order?probe=1&q=a%20b", '{"id":12345678901234567890.10,"a":1,"a":2}', {
    "Content-Type": "application/json",
    "X-Twice": "one",
  });
  const page = await open();
  const pane = detail(page);
  await expect(pane.getByRole("heading", { level: 2 })).toHaveText("POST /inbox/order");
  await expect(pane.getByRole("list", { name: "Facts" })).toContainText("answered 200");
  await expect(pane.getByRole("list", { name: "Facts" })).toContainText("42 B JSON");

  const tree = page.getByRole("tree", { name: "Body as a tree" });
  await expect(tree.getByRole("treeitem")).toHaveCount(4);
  await expect(tree).toContainText("12345678901234567890.10");
  await expect(tree.getByText("duplicate")).toHaveCount(1);
  await expectAccessible(page);

  await show(page, "Pretty");
  await expect(pane.getByRole("textbox", { name: "Body" })).toContainText("12345678901234567890.10");
  await expectAccessible(page);

  await page.getByRole("tab", { name: "Headers" }).click();
  await expect(pane.getByRole("row", { name: /X-Twice one/i })).toBeVisible();
  await expect(pane.getByRole("region", { name: "Query parameters" })).toContainText("a b");
  await expectAccessible(page);

  await page.getByRole("tab", { name: "Raw" }).click();
  const raw = pane.getByRole("region", { name: "The request as sent" });
  await expect(raw).toContainText("POST /inbox/order?probe=1&q=a%20b HTTP/1.1");
  await page.getByRole("button", { name: "Line ends" }).click();
  await expect(raw).toContainText("HTTP/1.1␍␊");
  await expectAccessible(page);
});

test("the tree is walked, folded, searched and copied by keys", async ({ open, creel }) => {
  await creel.post("/inbox/tree", { data: { items: [{ id: "first" }, { id: "second" }] }, live: false });
  const page = await open();
  const tree = page.getByRole("tree");
  const current = tree.getByRole("treeitem", { selected: true });
  await tree.focus();
  await page.keyboard.press("ArrowDown");
  await expect(current).toContainText("data");
  await page.keyboard.press("ArrowLeft");
  await expect(current).toHaveAttribute("aria-expanded", "false");
  await expect(tree.getByRole("treeitem")).toHaveCount(3);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("End");
  await expect(current).toContainText("live");

  await page.keyboard.press("Control+f");
  await page.keyboard.type("second");
  await expect(tree.locator("mark")).toHaveText("second");
  await page.keyboard.press("Enter");
  await expect(current).toContainText("second");
  await page.getByRole("button", { name: "Copy from the tree" }).click();
  await page.getByRole("menuitem", { name: "Path" }).click();
  await expect.poll(() => copied(page)).toBe("data.items[1].id");

  await page.getByRole("button", { name: "Expand or collapse" }).click();
  await page.getByRole("menuitem", { name: "Collapse all" }).click();
  await expect(tree.getByRole("treeitem")).toHaveCount(3);
});

test("a note and tags are written where they stand and kept", async ({ open, creel }) => {
  await creel.post("/inbox/noted", { a: 1 });
  const page = await open();
  await page.keyboard.press("n");
  const note = page.getByRole("textbox", { name: "Note" });
  await expect(note).toBeFocused();
  await page.keyboard.type("Second try");
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Second try" })).toBeVisible();

  await page.getByRole("button", { name: "Tag", exact: true }).click();
  await page.getByRole("textbox", { name: "New tag" }).fill("slow deploy");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  const tags = detail(page).getByRole("list", { name: "Tags" });
  await expect(tags.getByRole("button", { name: /^Remove tag/ })).toHaveCount(2);
  await page.getByRole("button", { name: "Remove tag slow" }).click();
  await expect(tags.getByRole("button", { name: /^Remove tag/ })).toHaveCount(1);
  await expectAccessible(page);

  await page.getByRole("button", { name: "Pin", exact: true }).click();
  await expect(page.getByRole("button", { name: "Unpin", exact: true })).toBeVisible();
  await expect
    .poll(() => creel.api("GET", "/requests/1"))
    .toMatchObject({ note: "Second try", tags: ["deploy"], pinned: true });
  await page.reload();
  await expect(page.getByRole("button", { name: "Second try" })).toBeVisible();
});

test("it is copied as cURL, raw HTTP, body and URL", async ({ open, creel }) => {
  await creel.post("/inbox/copy?x=1", { hello: "creel" });
  const page = await open();
  const copy = async (what: string) => {
    await page.getByRole("button", { name: "Copy as…" }).click();
    await page.getByRole("menuitem", { name: new RegExp(`^${what}`) }).click();
  };
  await copy("Body");
  await expect.poll(() => copied(page)).toBe('{"hello":"creel"}');
  await copy("URL");
  await expect.poll(() => copied(page)).toBe(`${creel.catch}/inbox/copy?x=1`);
  await copy("Raw HTTP");
  await expect
    .poll(() => copied(page))
    .toMatch(/^POST \/inbox\/copy\?x=1 HTTP\/1\.1\r?\n[\s\S]*\r?\n\r?\n\{"hello":"creel"\}$/);
  await copy("cURL command");
  await expect.poll(() => copied(page)).toContain("curl -X POST");
});

test("forms, parts, pictures, bytes and nothing are each shown as what they are", async ({ open, creel }) => {
  const send = (path: string, type: string, body: BodyInit, more = {}) =>
    fetch(creel.catch + path, { method: "POST", body, headers: { "Content-Type": type, ...more } });
  await fetch(`${creel.catch}/inbox/none`);
  await send("/inbox/bytes", "application/octet-stream", new Uint8Array([0, 1, 2, 255]));
  await send("/inbox/form", "application/x-www-form-urlencoded", "text=hello+w%C3%B6rld&empty=");
  const parts = '--XX\r\nContent-Disposition: form-data; name="title"\r\n\r\nHello parts\r\n--XX--\r\n';
  await send("/inbox/parts", "multipart/form-data; boundary=XX", parts);
  const zipped = new Uint8Array(gzipSync('{"event":"zipped"}'));
  await send("/inbox/zipped", "application/json", zipped, { "Content-Encoding": "gzip" });
  await send("/inbox/torn", "application/json", '{"a":', { "Content-Encoding": "gzip" });
  await send("/inbox/page", "text/html", "<h1 onclick='x()'>Hi</h1><script>document.title='run'</script>");
  const page = await open();
  const pane = detail(page);
  const pick = (path: string) => page.getByRole("option", { name: new RegExp(`/inbox/${path}`) }).click();

  await pick("page");
  await expect(pane.getByRole("textbox", { name: "Body" })).toContainText("<script>");
  await expect(page).toHaveTitle("Creel");
  await pick("torn");
  await expect(pane.getByText(/^Shown as sent: /)).toBeVisible();
  await expect(pane.getByText(/^Not valid JSON: line 1/)).toBeVisible();
  await pick("zipped");
  await expect(pane.getByText(/^Sent as gzip, /)).toBeVisible();
  await expect(page.getByRole("tree")).toContainText("zipped");
  await pick("parts");
  await expect(pane.getByRole("region", { name: "title" })).toContainText("Hello parts");
  await expectAccessible(page);
  await pick("form");
  await expect(pane.getByRole("row", { name: /text hello wörld/ })).toBeVisible();
  await expectAccessible(page);
  await pick("bytes");
  await expect(pane.getByText("00 01 02 ff")).toBeVisible();
  await expectAccessible(page);
  await pick("none");
  await expect(pane.getByText("This GET request has no body.")).toBeVisible();
  await page.getByRole("tab", { name: "Raw" }).click();
  await expect(pane.getByRole("region", { name: "The request as sent" })).toContainText(
    "GET /inbox/none HTTP/1.1",
  );
  await page.keyboard.press("y");
  await expect.poll(() => copied(page)).toContain("curl -X GET");
});

test("parts and whole requests are saved as they came, byte for byte", async ({ open, creel }) => {
  const bytes = Buffer.from([0, 255, 13, 10, 45, 45, 88, 1]);
  const body = Buffer.concat([
    Buffer.from('--XX\r\nContent-Disposition: form-data; name="title"\r\n\r\nHello parts\r\n--XX\r\n'),
    Buffer.from('Content-Disposition: form-data; name="file"; filename="../../evil.exe"\r\n'),
    Buffer.from("Content-Type: image/png\r\n\r\n"),
    bytes,
    Buffer.from("\r\n--XX--\r\n"),
  ]);
  const type = { "Content-Type": "multipart/form-data; boundary=XX" };
  await fetch(`${creel.catch}/inbox/upload`, { method: "POST", body: new Uint8Array(body), headers: type });
  const page = await open();
  const pane = detail(page);
  const first = await saved(page, () => pane.getByRole("button", { name: "Download title" }).click());
  expect(first.bytes.toString()).toBe("Hello parts");
  // What the sender calls its file is shown, and never what it is saved under.
  await expect(pane.getByText("../../evil.exe")).toBeVisible();
  const second = await saved(page, () => pane.getByRole("button", { name: "Download file" }).click());
  expect(second).toEqual({ name: "request-1-part-2.png", bytes });

  await page.getByRole("tab", { name: "Raw" }).click();
  const whole = await saved(page, () => pane.getByRole("button", { name: "Download request" }).click());
  expect(whole.name).toBe("request-1.http");
  const text = whole.bytes.toString("latin1");
  expect(text).toMatch(/^POST \/inbox\/upload HTTP\/1\.1\r\n/);
  expect(text.slice(text.indexOf("\r\n\r\n") + 4)).toBe(body.toString("latin1"));
});

test("a hundred thousand values stay quick to walk", async ({ open, creel }) => {
  await creel.post(
    "/inbox/large",
    Array.from({ length: 25_000 }, (_, id) => ({ id, n: [id] })),
  );
  const page = await open();
  const tree = page.getByRole("tree");
  await expect(tree.getByRole("treeitem").first()).toBeVisible();
  await page.getByRole("button", { name: "Expand or collapse" }).click();
  await page.getByRole("menuitem", { name: "Expand all" }).click();
  await tree.focus();
  await page.keyboard.press("End");
  await expect(tree.getByRole("treeitem", { selected: true })).toContainText("24999");
  expect(await tree.getByRole("treeitem").count()).toBeLessThan(120);
});

test("in a narrow window every button is still there", async ({ open, creel, page }) => {
  await page.setViewportSize({ width: 1100, height: 700 });
  await creel.post("/inbox/narrow", { a: 1 });
  await open();
  const names = ["Replay", "Edit and send", "Forward to…", "Compare", "Copy as…", "Pin", "Note", "Delete"];
  for (const name of names)
    await expect(detail(page).getByRole("button", { name, exact: true })).toBeInViewport({ ratio: 1 });
  await expectAccessible(page);
});
