import { expect, expectAccessible, type Page, test } from "./creel";

interface Kept {
  headers: [string, string][];
  provider?: string;
  event?: string;
  endpoint: string;
}

const parts = (page: Page) => {
  const dialog = page.getByRole("dialog", { name: "Send a sample" });
  return {
    dialog,
    search: dialog.getByRole("combobox", { name: "Search samples" }),
    options: dialog.getByRole("listbox", { name: "Samples" }).getByRole("option"),
    body: dialog.getByRole("textbox", { name: "Body of the sample" }),
    request: page.getByRole("region", { name: "Request 1", exact: true }),
  };
};

/** The body of request 1 as it was kept. */
async function bodyOf(creel: { ui: string; token: string }, seq = 1): Promise<string> {
  const answer = await fetch(`${creel.ui}/api/v1/requests/${seq}/body`, {
    headers: { Authorization: `Bearer ${creel.token}` },
  });
  return answer.text();
}

test("samples are found by provider, event and words, by keys alone", async ({ open, creel, page }) => {
  await creel.api("POST", "/endpoints", { slug: "stripe", name: "Stripe" });
  await open();
  await page.keyboard.press("s");
  const { dialog, search, options } = parts(page);
  await expect(options.first()).toHaveText(/^Payment succeeded/);
  await expect(search).toHaveAttribute("placeholder", /^Search 1\d\d samples/);
  expect(await options.count()).toBeGreaterThan(100);
  await expectAccessible(page);
  await expect(dialog.getByText("POST /stripe")).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await expect(options.nth(1)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.type("merged github");
  await expect(options).toHaveText([/Pull request merged/]);
  await expect(dialog.getByText("POST /inbox")).toBeVisible();
  await search.fill("jira:issue_updated");
  await expect(options).toHaveText([/Issue moved/]);
  await search.fill("no such thing");
  await expect(dialog.getByRole("status")).toHaveText("No sample has these words.");
  await expect(dialog.getByRole("button", { name: /^Send( ↵)?$/ })).toBeDisabled();
  await search.fill("xml");
  await expect(options.first()).toBeVisible();
  await search.fill("push");
  await expect(dialog.getByRole("group", { name: "GitLab" }).getByRole("option")).toHaveCount(1);
  await search.fill("github push main");
  await expect(options).toHaveCount(1);
  await expect(search).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("option", { name: /push/ })).toBeVisible();
});

test("Enter before the samples are there is kept until they are", async ({ open, page }) => {
  await open();
  let answer = () => {};
  const asked = new Promise<void>((done) => {
    answer = done;
  });
  await page.route("**/api/v1/samples", async (route) => {
    await asked;
    await route.continue();
  });
  await page.keyboard.press("s");
  const { dialog, search, request } = parts(page);
  await expect(search).toBeFocused();
  await expect(dialog.getByRole("status")).toHaveText("Reading the samples…");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeVisible();
  answer();
  await expect(dialog).toBeHidden();
  await expect(request).toBeVisible();
});

test("what is seen is what is sent, edited fields included, and signed after that", async ({
  open,
  creel,
  page,
}) => {
  await open();
  await page.keyboard.press("s");
  const { dialog, search, options, body, request } = parts(page);
  await search.fill("dropbox");
  await expect(options).toHaveCount(1);
  await expect(body).toContainText("list_folder");
  await expect(dialog.getByText("Signed with this test secret:")).toBeVisible();
  const seen = JSON.parse(await body.innerText()) as { delta: unknown };
  await body.fill(JSON.stringify({ ...seen, note: "by hand" }, null, 2));
  await expect(options.first()).toContainText("edited");
  await dialog.getByRole("radio", { name: /^Headers/ }).click();
  await expect(dialog.getByRole("textbox", { name: "Value of header X-Dropbox-Signature" })).toBeDisabled();
  await expectAccessible(page);
  await dialog.getByRole("textbox", { name: "Value of header User-Agent" }).fill("mine/1.0");
  await dialog.getByRole("button", { name: "Add header" }).click();
  await dialog.getByRole("textbox", { name: "Name of header 5" }).fill("X-Extra");
  await dialog.getByRole("textbox", { name: "Value of header X-Extra" }).fill("1");
  await dialog.getByRole("button", { name: /^Send( ↵)?$/ }).click();
  await expect(request).toBeVisible();

  expect(await bodyOf(creel)).toBe(JSON.stringify({ ...seen, note: "by hand" }));
  const kept = (await creel.api("GET", "/requests/1")) as Kept;
  expect(kept.provider).toBe("dropbox");
  const lines = new Map(kept.headers);
  expect(lines.get("User-Agent")).toBe("mine/1.0");
  expect(lines.get("X-Extra")).toBe("1");
  const { createHmac } = await import("node:crypto");
  const mac = createHmac("sha256", "creel-test-app-secret-dropbox")
    .update(await bodyOf(creel))
    .digest("hex");
  expect(lines.get("X-Dropbox-Signature")).toBe(mac);
});

test("edits are kept while looking around, and can be put back", async ({ open, page }) => {
  await open();
  await page.keyboard.press("s");
  const { dialog, search, options, body } = parts(page);
  await search.fill("linear");
  await expect(options).toHaveCount(2);
  await expect(body).toContainText("Gauge 7");
  await body.fill('{"mine":1}');
  await search.focus();
  await page.keyboard.press("ArrowDown");
  await expect(body).toContainText("Weed on the float");
  await page.keyboard.press("ArrowUp");
  await expect(body).toHaveText('{"mine":1}');
  await dialog.getByRole("button", { name: "Reset" }).click();
  await expect(body).toContainText("Gauge 7");
  const before = await body.innerText();
  await dialog.getByRole("button", { name: "New ids" }).click();
  await expect(body).not.toHaveText(before, { useInnerText: true });
  await expect(dialog.getByRole("button", { name: "Reset" })).toHaveCount(0);
});

test("a form is edited field by field, and sent again and again", async ({ open, creel, page }) => {
  await open();
  await page.keyboard.press("s");
  const { dialog, search, options } = parts(page);
  await search.fill("text message.received");
  await expect(options).toHaveCount(1);
  const text = dialog.getByRole("textbox", { name: "Value of field Body" });
  await text.fill("Nej & nej = nej");
  await text.press("Control+Enter");
  await expect(page.getByText("Sent Text message received as #1")).toBeVisible();
  await expect(dialog).toBeVisible();
  await text.press("Control+Enter");
  await expect(page.getByText("Sent Text message received as #2")).toBeVisible();
  expect(new URLSearchParams(await bodyOf(creel, 2)).get("Body")).toBe("Nej & nej = nej");
  expect(((await creel.api("GET", "/requests/2")) as Kept).event).toBe("message.received");
});

test("a signature can be left wrong on purpose; the endpoint's own secret signs", async ({
  open,
  creel,
  page,
}) => {
  await creel.api("POST", "/endpoints", {
    slug: "gh",
    name: "GH",
    provider: "github",
    secret: "our own secret",
  });
  await open();
  await page.keyboard.press("s");
  const { dialog, search, options, body, request } = parts(page);
  await search.fill("starred");
  await expect(options).toHaveCount(1);
  await expect(dialog.getByText("Signed with this test secret:")).toBeVisible();
  const shown = await body.innerText();
  await dialog.getByRole("combobox", { name: "Endpoint" }).selectOption("gh");
  await expect(dialog.getByText("Signed with the secret of /gh")).toBeVisible();
  await expect(body).toHaveText(shown, { useInnerText: true });
  await dialog.getByRole("radio", { name: /^Headers/ }).click();
  await dialog.getByRole("checkbox", { name: /^Sign it/ }).uncheck();
  const line = dialog.getByRole("textbox", { name: "Value of header X-Hub-Signature-256" });
  await line.fill("sha256=00");
  await dialog.getByRole("button", { name: /^Send( ↵)?$/ }).click();
  await expect(request).toBeVisible();
  const kept = (await creel.api("GET", "/requests/1")) as Kept;
  expect(new Map(kept.headers).get("X-Hub-Signature-256")).toBe("sha256=00");
  expect(kept.endpoint).toBe("gh");
});

test("what signing refuses is said where it can be mended", async ({ open, page }) => {
  await open();
  await page.keyboard.press("s");
  const { dialog, search, options, body } = parts(page);
  await search.fill("adyen");
  await expect(options).toHaveCount(1);
  await expect(body).toContainText("AUTHORISATION");
  await body.fill("no longer what Adyen sends");
  await dialog.getByRole("button", { name: /^Send( ↵)?$/ }).click();
  await expect(dialog.getByRole("alert")).toContainText("notificationItems");
  await dialog.getByRole("button", { name: "Reset" }).click();
  await dialog.getByRole("button", { name: /^Send( ↵)?$/ }).click();
  await expect(dialog).toBeHidden();
});

test("a multipart form is edited part by part; its file arrives as it is", async ({ open, creel, page }) => {
  await open();
  await page.keyboard.press("s");
  const { dialog, search, options, request } = parts(page);
  await search.fill("multipart");
  await expect(options).toHaveCount(1);
  const reference = dialog.getByRole("textbox", { name: "Value of part reference" });
  await expect(reference).toHaveValue(/^claim-/);
  await expect(dialog.getByText("that are no text: sent as they are")).toBeVisible();
  const log = dialog.getByRole("textbox", { name: "Value of part log" });
  await expect(log).toHaveValue(/^at,level_cm\n/);
  await expectAccessible(page);
  await reference.fill("claim-by-hand");
  await log.fill("at,level_cm\n12:00:00,7\n");
  await dialog.getByRole("textbox", { name: "File name of part log" }).fill("mine.csv");
  await dialog.getByRole("button", { name: "Remove part meta" }).click();
  await dialog.getByRole("button", { name: "Add field" }).click();
  await dialog.getByRole("textbox", { name: "Name of part 4" }).fill("extra");
  await dialog.getByRole("textbox", { name: "Value of part extra" }).fill("1");
  await expect(options.first()).toContainText("edited");
  await dialog.getByRole("button", { name: /^Send( ↵)?$/ }).click();
  await expect(request).toBeVisible();

  const answer = await fetch(`${creel.ui}/api/v1/requests/1/body`, {
    headers: { Authorization: `Bearer ${creel.token}` },
  });
  const kept = (await creel.api("GET", "/requests/1")) as Kept;
  const type = new Map(kept.headers).get("Content-Type") ?? "";
  const form = await new Response(await answer.arrayBuffer(), {
    headers: { "Content-Type": type },
  }).formData();
  expect([...form.keys()]).toEqual(["reference", "photo", "log", "extra"]);
  expect(form.get("reference")).toBe("claim-by-hand");
  expect(form.get("extra")).toBe("1");
  const written = form.get("log") as File;
  expect([written.name, await written.text()]).toEqual(["mine.csv", "at,level_cm\r\n12:00:00,7\r\n"]);
  const photo = new Uint8Array(await (form.get("photo") as File).arrayBuffer());
  expect([...photo.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  // The picture is whole: its last chunk ends it.
  expect(String.fromCharCode(...photo.subarray(-8, -4))).toBe("IEND");
});
