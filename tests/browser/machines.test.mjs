// What other programs are given in the admin: a webhook that is called and called again, a token that is used and revoked.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium as browsers } from "playwright-core";
import { chromium, home, signIn, startReceiver, startSite } from "./site.mjs";

const MODEL = `
[types.Note]
kind = "page"
label = "Note"
fields = [{ name = "teaser", type = "text" }]
`;

const program = chromium();
const options = { skip: program ? false : "no Chromium", timeout: 60_000 };
let browser, site, receiver, page, parent;

before(async () => {
  if (options.skip) return;
  receiver = await startReceiver();
  site = await startSite({ notes: MODEL });
  browser = await browsers.launch({ executablePath: program, args: ["--no-sandbox"] });
  page = await signIn(await browser.newContext(), site);
  parent = await home(page, site);
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await site?.stop();
  await receiver?.stop();
});

const button = (name) => page.getByRole("button", { name, exact: true });
const link = (name) => page.getByRole("link", { name, exact: true });

async function note(title, press) {
  await page.goto(`${site.url}/admin/pages/${parent}/add/notes.Note`);
  await page.getByRole("textbox", { name: /^Title/ }).first().fill(title);
  await button(press).click();
  await page.getByText(/is (saved|published)\./).waitFor();
  return Number(new URL(page.url()).pathname.match(/pages\/(\d+)/)[1]);
}

/** Waits until the receiver was called so often. */
async function called(times) {
  for (let tries = 0; tries < 200 && receiver.bodies.length < times; tries += 1) {
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.equal(receiver.bodies.length, times, site.log());
}

test("a webhook is made, tested, called, and called again", options, async () => {
  await page.goto(`${site.url}/admin/`);
  await link("Webhooks").click();
  await link("Add a webhook").click();
  await page.getByLabel(/^Name/).fill("Front end");
  await page.getByLabel(/^Address/).fill(receiver.url);
  await page.getByLabel("Published", { exact: true }).check();
  await button("Add and show the secret").click();
  const secret = await page.getByLabel("Secret").inputValue();
  assert.ok(secret.length > 20, secret);
  await link("I have copied it").click();
  assert.ok(!(await page.content()).includes(secret));

  await button("Send a test").click();
  await page.getByText("The receiver took it.").waitFor();
  await page.getByText("taken", { exact: true }).waitFor();
  await called(1);
  assert.equal(receiver.bodies[0].kind, "test");

  const id = await note("Finches", "Publish");
  await called(2);
  assert.deepEqual([receiver.bodies[1].kind, receiver.bodies[1].id], ["published", id]);
  await page.goto(`${site.url}/admin/webhooks/`);
  await page.getByRole("link", { name: "Deliveries to Front end" }).click();
  // What was delivered is written down a moment after the receiver has answered.
  for (let tries = 0; tries < 100 && (await page.getByText("Delivered").count()) < 2; tries += 1) await page.reload();
  await link("published").click();
  assert.match(await page.locator("pre").first().innerText(), /\/finches\//);
  await button("Send again").click();
  await page.getByText("It is sent again.").waitFor();
  await called(3);
  assert.deepEqual(receiver.bodies[2], receiver.bodies[1]);
});

test("a token is made for a part of the site, used, and revoked", options, async () => {
  const shown = await note("Shown", "Save draft");
  const hidden = await note("Hidden", "Save draft");
  await page.goto(`${site.url}/admin/`);
  await link("Tokens").click();
  await link("Make a token").click();
  await page.getByLabel(/^Name/).fill("Preview");
  await page.getByRole("button", { name: /^Choose a page/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: /^Shown/ }).click();
  await page.getByText("Shown", { exact: true }).waitFor();
  await page.getByLabel("It shows drafts too").check();
  await button("Make it and show the secret").click();
  const secret = await page.getByLabel("Secret").inputValue();
  const ask = (path, token) =>
    fetch(`${site.url}/api/v2/${path}`, { headers: token ? { authorization: `Bearer ${token}` } : {} });
  const draft = await ask(`pages/${shown}/?draft=1`, secret);
  assert.equal(draft.status, 200);
  assert.equal((await draft.json()).title, "Shown");
  assert.equal(draft.headers.get("cache-control"), "private, no-store");
  assert.deepEqual(
    [(await ask(`pages/${hidden}/?draft=1`, secret)).status, (await ask(`pages/${shown}/?draft=1`)).status],
    [404, 401],
  );

  await link("I have copied it").click();
  await page.getByText("Pages beneath “Shown”").waitFor();
  await page.getByRole("link", { name: "Revoke Preview" }).click();
  await button("Revoke").click();
  await page.getByText("“Preview” is revoked and refused from now on.").waitFor();
  assert.equal((await ask("pages/", secret)).status, 401);
});
