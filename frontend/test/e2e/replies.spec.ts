import { createConnection } from "node:net";
import type { Locator } from "@playwright/test";
import { type Creel, expect, expectAccessible, type Page, test } from "./creel";

/** Opens the editor of inbox at that part. */
async function edit(page: Page, part: string): Promise<Locator> {
  await page.getByRole("button", { name: "More for inbox" }).click();
  await page.getByRole("menuitem", { name: "Reply and targets…" }).click();
  const dialog = page.getByRole("dialog", { name: /^Endpoint / });
  await dialog.getByRole("tab", { name: part }).click();
  return dialog;
}

async function save(dialog: Locator): Promise<void> {
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
}

test("a reply with values of the request is tried on the newest one while it is written", async ({
  open,
  creel,
}) => {
  await creel.post("/inbox/orders?id=7", { id: 'a"b', amount: 12.5 });
  const page = await open();
  const dialog = await edit(page, "Reply");
  const preview = dialog.getByRole("region", { name: "Preview of the answer" });
  await expect(preview).toContainText("To request #1");
  await dialog.getByRole("textbox", { name: "Status" }).fill("201");
  await dialog.getByRole("textbox", { name: "Value of header of the reply 1" }).fill("application/json");
  const body = dialog.getByRole("textbox", { name: "Body", exact: true });
  await body.fill('{"got":"');
  await dialog.getByRole("button", { name: /^Insert \{\{body\.id\}\}/ }).click();
  await expect(body).toHaveValue('{"got":"{{body.id}}');
  await body.fill('{"got":"{{body.id}}","amount":{{body.amount}},"at":"{{path}}"}');
  await expect(preview).toContainText('{"got":"a\\"b","amount":12.5,"at":"/inbox/orders"}');
  await expect(preview).toContainText("HTTP/1.1 201 Created");
  await expectAccessible(page);

  // What is wrong is told where it is, before anything is saved.
  await body.fill("got {{body.id}} {{nope}}");
  await expect(body).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByRole("alert")).toContainText("Column 19: there is no value {{nope}}");
  await dialog.getByRole("tab", { name: "General" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByRole("tab", { name: "Reply" })).toHaveAttribute("aria-selected", "true");
  await expect(body).toHaveValue("got {{body.id}} {{nope}}");
  await body.fill('{"got":"{{body.id}}"}');
  await expect(body).not.toHaveAttribute("aria-invalid", "true");
  await save(dialog);
  const answer = await creel.post("/inbox/orders", { id: "new" });
  expect([answer.status, await answer.json()]).toEqual([201, { got: "new" }]);
});

test("a rule answers some requests, a fault breaks others, and the rows say so", async ({ open, creel }) => {
  const page = await open();
  const dialog = await edit(page, "Rules");
  await dialog.getByRole("button", { name: "Add rule" }).click();
  const first = dialog.getByRole("listitem", { name: "Rule 1" });
  await first.getByRole("textbox", { name: "When a request matches" }).fill("body.type:invoice.*");
  await first.getByRole("textbox", { name: "Status" }).fill("202");
  await first.getByRole("textbox", { name: "Body", exact: true }).fill("invoice {{body.type}}");
  await dialog.getByRole("button", { name: "Add rule" }).click();
  const second = dialog.getByRole("listitem", { name: "Rule 2" });
  await second.getByRole("textbox", { name: "When a request matches" }).fill("nope:1");
  await expect(second.getByRole("alert")).toContainText("Column 1");
  await second.getByRole("textbox", { name: "When a request matches" }).fill("path:*/broken");
  await second.getByRole("combobox", { name: "Fault on purpose" }).selectOption("Reset the connection");
  await expectAccessible(page);
  await save(dialog);

  const answer = await creel.post("/inbox", { type: "invoice.paid" });
  expect([answer.status, await answer.text()]).toEqual([202, "invoice invoice.paid"]);
  await expect(creel.post("/inbox/broken", "x")).rejects.toThrow();
  expect((await creel.post("/inbox/usual", "x")).status).toBe(200);
  await expect(page.getByRole("option", { name: /\/inbox\/usual/ })).toBeVisible();
  await page.getByRole("option", { name: /broken.*connection was reset on purpose/ }).click();
  await expect(page.getByRole("list", { name: "Facts" })).toContainText(
    "not answered by rule 2; the connection was reset on purpose",
  );

  const again = await edit(page, "Rules");
  await again.getByRole("button", { name: "Move rule 2 up" }).click();
  await again.getByRole("button", { name: "Remove rule 2" }).click();
  await save(again);
  expect((await creel.post("/inbox", { type: "invoice.paid" })).status).toBe(200);
});

test("a handshake is answered by itself, and its row says so", async ({ open, creel }) => {
  const page = await open();
  const asked = { type: "url_verification", challenge: "3eZbrw1a", token: "t" };
  expect(await (await creel.post("/inbox", asked)).text()).toBe("3eZbrw1a");
  await page.getByRole("option", { name: /Answered the Slack handshake/ }).click();
  const seen = page.getByRole("region", { name: "Handshake of Slack" });
  await expect(seen).toContainText("was answered as it wants it");
  await expectAccessible(page);

  // What could be an ordinary request is answered only when it is chosen.
  expect(await (await fetch(`${creel.catch}/inbox?challenge=abc`)).text()).toBe("ok");
  const dialog = await edit(page, "Handshakes");
  await expect(dialog.getByRole("list", { name: "Handshakes" })).toContainText("Slack");
  await dialog.getByRole("radio", { name: "Chosen ones" }).click();
  await dialog.getByRole("checkbox", { name: "Dropbox" }).check();
  await dialog.getByRole("checkbox", { name: "Slack" }).uncheck();
  await expectAccessible(page);
  await save(dialog);
  expect(await (await fetch(`${creel.catch}/inbox?challenge=abc`)).text()).toBe("abc");
  expect(await (await creel.post("/inbox", asked)).text()).toBe("ok");
});

test("a token that a provider hands over is kept as the secret, and a subscription waits for a click", async ({
  open,
  creel,
}) => {
  await creel.post("/inbox", { verification_token: "secret_abc" });
  const url = "https://sns.us-west-2.amazonaws.com.invalid/?Action=ConfirmSubscription&Token=1";
  await creel.post(
    "/inbox/sns",
    { Type: "SubscriptionConfirmation", SubscribeURL: url },
    { "X-Amz-Sns-Message-Type": "SubscriptionConfirmation" },
  );
  const page = await open();
  await expect(page.getByRole("option")).toHaveCount(2);
  await page.getByRole("option", { name: /POST \/inbox,/ }).click();
  const notion = page.getByRole("region", { name: "Handshake of Notion" });
  await expect(notion).toContainText("secret_abc");
  await notion.getByRole("button", { name: "Keep as secret" }).click();
  await expect(notion.getByRole("button", { name: "Kept as secret" })).toBeDisabled();
  const endpoint = (await creel.api("GET", "/endpoints/inbox")) as { secretSet: boolean };
  expect(endpoint.secretSet).toBe(true);

  await page.getByRole("option", { name: /SubscriptionConfirmation/ }).click();
  const sns = page.getByRole("region", { name: "Handshake of AWS SNS" });
  await expect(sns).toContainText("Nothing is fetched until you say so");
  await expectAccessible(page);
  await sns.getByRole("button", { name: "Confirm subscription" }).click();
  // The address is none of AWS, so nothing is fetched from it at all.
  await expect(page.getByText(/is not a host of AWS SNS, so nothing is fetched from it/)).toBeVisible();
  expect(await creel.api("GET", "/requests/2/deliveries")).toEqual([]);
});

test("the sender gets the target's answer, or the fallback when there is none", async ({
  open,
  creel,
  app,
}) => {
  app.answer = () => ({ status: 418, body: "short and stout", type: "text/tea" });
  await creel.api("POST", "/targets", { name: "local app", url: app.url });
  const page = await open();
  const dialog = await edit(page, "Reply");
  await dialog.getByRole("radio", { name: "The target’s answer" }).click();
  // There is nobody to ask yet.
  await expect(dialog.getByRole("combobox", { name: "Target to answer" })).toHaveAttribute(
    "aria-invalid",
    "true",
  );
  await dialog.getByRole("combobox", { name: "Target to answer" }).selectOption("local app");
  await expect(dialog.getByRole("region", { name: "Preview of the answer" })).toContainText(
    "when local app gives no answer",
  );
  await expectAccessible(page);
  await save(dialog);
  const answer = await creel.post("/inbox/tea", { cups: 2 });
  expect([answer.status, await answer.text(), answer.headers.get("content-type")]).toEqual([
    418,
    "short and stout",
    "text/tea",
  ]);
  await page.getByRole("option", { name: /\/inbox\/tea/ }).click();
  await expect(page.getByRole("list", { name: "Facts" })).toContainText(
    "answered 418 with the answer of local app",
  );

  await creel.api("PATCH", "/targets/local%20app", { url: `http://127.0.0.1:${await closedPort(creel)}` });
  expect((await creel.post("/inbox/down", {})).status).toBe(502);
  await page.getByRole("option", { name: /\/inbox\/down/ }).click();
  await expect(page.getByRole("list", { name: "Facts" })).toContainText("nothing listened at the target");
});

/** A port of this machine on which nobody listens: one that was just let go of. */
async function closedPort(creel: Creel): Promise<number> {
  const { port, hostname } = new URL(creel.catch);
  const socket = createConnection(Number(port), hostname);
  await new Promise((done) => socket.once("connect", done));
  const free = socket.localPort ?? 1;
  socket.destroy();
  await new Promise((done) => socket.once("close", done));
  return free;
}
