// Every screen: no axe violation in light, dark or on a phone; nothing wider than the window, down to 320 pixels.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium as browsers } from "playwright-core";
import { axeText, chromium, home, png, signIn, startReceiver, startSite } from "./site.mjs";

const MODEL = `
[types.Story]
kind = "page"
label = "Story"
description = "A story with pictures"
fields = [
    { name = "teaser", type = "long_text", required = true, help = "A few words" },
    { name = "cover", type = "image" },
    { name = "when", type = "datetime" },
    { name = "rate", type = "choice", choices = [{ value = "a", label = "A" }] },
    { name = "keys", type = "tags" },
    { name = "grid", type = "table" },
    { name = "shade", type = "colour" },
    { name = "body", type = "stream", blocks = ["words", "said"] },
]
[blocks.words]
type = "rich_text"
[blocks.said]
type = "struct"
fields = [{ name = "text", type = "long_text", required = true }, { name = "by", type = "text" }]
[types.Bird]
kind = "snippet"
label = "Bird"
drafts = true
fields = [{ name = "name", type = "text", required = true }]
[types.Station]
kind = "setting"
label = "Station"
fields = [{ name = "motto", type = "text" }]
[types.Enquiry]
kind = "form"
label = "Enquiry"
fields = [{ name = "form_fields", type = "children", label = "tales.FormField", fields = [
    { name = "label", type = "text", required = true },
    { name = "field_type", type = "choice", choices = [{ value = "singleline", label = "Line" }] },
] }]
`;

const WINDOWS = {
  desktop: { viewport: { width: 1440, height: 900 } },
  dark: { viewport: { width: 1440, height: 900 }, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  narrow: { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true },
};

const program = chromium();
const skip = program ? false : "no Chromium";
let browser, site, receiver, paths;

async function furnish(page) {
  const parent = await home(page, site);
  const save = async (button) => {
    await page.getByRole("button", { name: button, exact: true }).click();
    await page.waitForLoadState();
  };
  await page.goto(`${site.url}/admin/pages/${parent}/add/tales.Story`);
  await page.getByRole("textbox", { name: /^Title/ }).first().fill(`A story with a long title ${"that goes on and on ".repeat(8)}`.trim());
  await page.getByLabel(/^Teaser/).fill("Once");
  await page.getByRole("button", { name: /^Add a block/ }).click();
  await page.getByRole("button", { name: "Said" }).click();
  await page.getByLabel(/^Text/).fill("Tweet");
  await save("Publish");
  const story = new URL(page.url()).pathname.match(/pages\/(\d+)/)[1];
  await page.goto(`${site.url}/admin/snippets/tales.Bird/add`);
  await page.getByLabel(/^Name/).fill("Siskin");
  await save("Publish");
  const bird = new URL(page.url()).pathname;
  await page.goto(`${site.url}/admin/images/upload`);
  await page.locator("input[type=file]").setInputFiles({ name: "leaf.png", mimeType: "image/png", buffer: png(60, 40, [80, 140, 40]) });
  await save("Upload");
  const image = new URL(page.url()).pathname;
  await page.goto(`${site.url}/admin/documents/upload`);
  await page.locator("input[type=file]").setInputFiles({ name: "list.txt", mimeType: "text/plain", buffer: Buffer.from("seeds\n") });
  await save("Upload");
  const document = new URL(page.url()).pathname;
  await page.goto(`${site.url}/admin/pages/${parent}/add/tales.Enquiry`);
  await page.getByRole("textbox", { name: /^Title/ }).first().fill("Ask us");
  await save("Save draft");
  const enquiry = new URL(page.url()).pathname.match(/pages\/(\d+)/)[1];
  const [webhook, delivery] = await call(page);
  await token(page, "Build of the front end, every night", "2027-12-31");
  await token(page, "Preview", "");
  const at = (id, rest) => `/admin/pages/${id}/${rest}`;
  return [
    "/admin/", at(parent, ""), at(parent, "?q=story"), at(parent, "add"), at(parent, "add/tales.Story"), at(story, "edit"), at(story, ""),
    at(story, "history"), at(story, "move"), at(story, "unpublish"), at(story, "delete"), "/admin/images/", "/admin/images/upload", image,
    `${image}delete`, "/admin/documents/", "/admin/documents/upload", document, "/admin/snippets/", "/admin/snippets/tales.Bird/", bird, `${bird}delete`, "/admin/settings/",
    "/admin/settings/tales.Station/", "/admin/forms/", `/admin/forms/${enquiry}/`, "/admin/users/", "/admin/account", "/admin/nowhere",
    "/admin/webhooks/", "/admin/webhooks/add", webhook, `${webhook}deliveries`, `${webhook}delete`, delivery,
    "/admin/tokens/", "/admin/tokens/add", "/admin/tokens/1/revoke",
  ];
}

/** Makes a webhook and calls it: the addresses of both. */
async function call(page) {
  await page.goto(`${site.url}/admin/webhooks/add`);
  await page.getByLabel(/^Name/).fill("The front end that shows the stories to readers");
  await page.getByLabel(/^Address/).fill(receiver.url);
  await page.getByRole("button", { name: "Add and show the secret" }).click();
  await page.getByRole("link", { name: "I have copied it" }).click();
  const webhook = new URL(page.url()).pathname;
  await page.getByRole("button", { name: "Send a test" }).click();
  await page.getByText("The receiver took it.").waitFor();
  return [webhook, new URL(page.url()).pathname];
}

async function token(page, name, lastDay) {
  await page.goto(`${site.url}/admin/tokens/add`);
  await page.getByLabel(/^Name/).fill(name);
  await page.getByLabel(/^Last day/).fill(lastDay);
  await page.getByLabel("It shows drafts too").check();
  await page.getByRole("button", { name: "Make it and show the secret" }).click();
  await page.getByRole("link", { name: "I have copied it" }).waitFor();
}

before(async () => {
  if (skip) return;
  receiver = await startReceiver();
  site = await startSite({ tales: MODEL });
  browser = await browsers.launch({ executablePath: program, args: ["--no-sandbox"] });
  const context = await browser.newContext();
  paths = await furnish(await signIn(context, site));
  await context.close();
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await site?.stop();
  await receiver?.stop();
});

for (const [name, options] of Object.entries(WINDOWS)) {
  test(`every screen is sound: ${name}`, { skip, timeout: 180_000 }, async () => {
    const context = await browser.newContext(options);
    const page = await signIn(context, site);
    const wrong = [];
    for (const path of paths) {
      await page.goto(site.url + path);
      await page.waitForLoadState("networkidle");
      wrong.push(...(await faults(page)).map((fault) => `${path}: ${fault}`));
      await shoot(page, name, path);
    }
    await context.close();
    assert.deepEqual(wrong, []);
  });
}

test("the sign-in is sound", { skip }, async () => {
  const page = await browser.newPage();
  await page.goto(`${site.url}/admin/pages/`);
  assert.match(page.url(), /login\?next=/);
  assert.deepEqual(await faults(page), []);
  await page.close();
});

test("the chooser and the block picker are sound", { skip, timeout: 60_000 }, async () => {
  const page = await signIn(await browser.newContext(), site);
  await page.goto(site.url + paths[5]);
  await page.getByRole("button", { name: /^Choose an image/ }).click();
  await page.getByRole("dialog").locator("[data-choose]").first().waitFor();
  assert.deepEqual(await faults(page), []);
  await shoot(page, "desktop", "/chooser");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Add a block/ }).click();
  assert.deepEqual(await faults(page), []);
  await shoot(page, "desktop", "/picker");
  await page.context().close();
});

test("secrets that are shown once and forms that are refused are sound", { skip, timeout: 60_000 }, async () => {
  for (const [name, options] of Object.entries(WINDOWS)) {
    const page = await signIn(await browser.newContext(options), site);
    for (const [path, button] of [["/admin/tokens/add", "Make it and show the secret"], ["/admin/webhooks/add", "Add and show the secret"]]) {
      await page.goto(site.url + path);
      await page.getByRole("button", { name: button }).click();
      await page.getByText(/need.? your attention/).waitFor();
      assert.deepEqual(await faults(page), [], `${name} ${path}`);
      await shoot(page, name, `${path}/refused`);
      await page.getByLabel(/^Name/).fill("One more");
      if (path.includes("webhooks")) await page.getByLabel(/^Address/).fill(receiver.url);
      await page.getByRole("button", { name: button }).click();
      await page.getByText("It is not shown again.").waitFor();
      assert.deepEqual(await faults(page), [], `${name} ${path}`);
      await shoot(page, name, `${path}/secret`);
    }
    await page.context().close();
  }
});

async function faults(page) {
  await page.evaluate(axeText());
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  const found = violations.map((one) => `${one.id} ${one.nodes.length}× ${one.nodes[0].html.slice(0, 140)}`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return over > 0 ? [...found, `${over} pixels too wide`] : found;
}

/** With SISKIN_TEST_SHOTS set to a folder, keeps a picture of every screen to look at. */
async function shoot(page, name, path) {
  const folder = process.env.SISKIN_TEST_SHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}${path.replace(/[^\w.]+/g, "_")}.png` });
}
