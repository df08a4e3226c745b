// What editors do: nothing typed is lost, drafts stay drafts, rows can be undone, pages move and go.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium as browsers } from "playwright-core";
import { chromium, home, signIn, startSite } from "./site.mjs";

const MODEL = `
[types.Note]
kind = "page"
label = "Note"
fields = [
    { name = "teaser", type = "text", required = true },
    { name = "video", type = "boolean" },
    { name = "address", type = "url", shown_when = { field = "video", is = [true] } },
    { name = "body", type = "stream", blocks = ["words", "said"] },
]
[blocks.words]
type = "long_text"
[blocks.said]
type = "struct"
fields = [{ name = "text", type = "text", required = true }]
`;

const program = chromium();
const options = { skip: program ? false : "no Chromium", timeout: 60_000 };
let browser, site, page, parent;

before(async () => {
  if (options.skip) return;
  site = await startSite({ notes: MODEL });
  browser = await browsers.launch({ executablePath: program, args: ["--no-sandbox"] });
  page = await signIn(await browser.newContext(), site);
  parent = await home(page, site);
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await site?.stop();
});

const click = (name) => page.getByRole("button", { name, exact: true }).click();
const title = () => page.getByRole("textbox", { name: /^Title/ }).first();
const idOf = () => new URL(page.url()).pathname.match(/pages\/(\d+)/)[1];

async function note(name, button = "Save draft") {
  await page.goto(`${site.url}/admin/pages/${parent}/add/notes.Note`);
  await title().fill(name);
  await page.getByLabel(/^Teaser/).fill("A teaser");
  await click(button);
  await page.getByText(/is (saved|published)\./).waitFor();
  return idOf();
}

test("the slug follows the title until it is written by hand", options, async () => {
  await page.goto(`${site.url}/admin/pages/${parent}/add/notes.Note`);
  await title().fill("Höfn & the Sea");
  const slug = page.locator('[name="slug"]');
  assert.equal(await slug.inputValue(), "hofn-the-sea");
  await page.getByRole("tab", { name: "Promote" }).click();
  await slug.fill("mine");
  await title().evaluate((input) => { input.value = "Other"; input.dispatchEvent(new Event("input", { bubbles: true })); });
  assert.equal(await slug.inputValue(), "mine");
});

test("what cannot be published comes back as typed, with links to the fields", options, async () => {
  await page.goto(`${site.url}/admin/pages/${parent}/add/notes.Note`);
  await title().fill("Half done");
  await page.getByRole("button", { name: /^Add a block/ }).click();
  await page.getByRole("button", { name: "Said" }).click();
  const [answer] = await Promise.all([page.waitForResponse((response) => response.request().method() === "POST"), click("Publish")]);
  assert.equal(answer.status(), 422);
  assert.equal(await title().inputValue(), "Half done");
  const links = page.locator("#problems a");
  assert.deepEqual(await links.allInnerTexts(), ["Teaser", "Body › Said 1 › Text"]);
  await links.last().click();
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("name")), "body.0.value.text");
  await page.keyboard.type("Now");
  await page.getByLabel(/^Teaser/).fill("There");
  await click("Publish");
  await page.getByText("is published.").waitFor();
});

test("a draft may be incomplete and stays unseen", options, async () => {
  await page.goto(`${site.url}/admin/pages/${parent}/add/notes.Note`);
  await title().fill("Incomplete");
  await click("Save draft");
  await page.getByText("is saved.").waitFor();
  assert.equal((await fetch(`${site.url}/api/v2/pages/${idOf()}/`)).status, 404);
});

test("changes are noticed at once and asked about before they are lost", options, async () => {
  await note("Careful");
  await page.getByLabel(/^Teaser/).press("End");
  await page.keyboard.type("!");
  await page.getByText("Not saved yet").waitFor();
  const asked = new Promise((done) => page.once("dialog", (dialog) => { done(dialog.type()); void dialog.accept(); }));
  await page.goto(`${site.url}/admin/`);
  assert.equal(await asked, "beforeunload");
});

test("blocks are copied, moved, deleted and brought back with the keyboard", options, async () => {
  await note("Blocks");
  for (const word of ["one", "two"]) {
    await page.getByRole("button", { name: /^Add a block/ }).press("Enter");
    await page.getByPlaceholder("Search").fill("words");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement.matches(".row-body textarea"));
    await page.keyboard.type(word);
  }
  const texts = () => page.locator(".row-body textarea").evaluateAll((all) => all.map((one) => one.value));
  const row = (number) => page.locator(".row-slot").nth(number);
  await row(1).getByTitle("Move up").press("Enter");
  assert.deepEqual(await texts(), ["two", "one"]);
  await row(0).getByTitle("Make a copy below").press("Enter");
  assert.deepEqual(await texts(), ["two", "two", "one"]);
  await row(1).locator("textarea").fill("copy");
  await row(0).getByTitle("Delete").press("Enter");
  assert.deepEqual(await texts(), ["copy", "one"]);
  await page.getByRole("button", { name: "Undo" }).press("Enter");
  assert.deepEqual(await texts(), ["two", "copy", "one"]);
  await click("Save draft");
  await page.getByText("is saved.").waitFor();
  assert.deepEqual(await texts(), ["two", "copy", "one"]);
});

test("a field is shown only when it matters", options, async () => {
  await note("Video");
  const address = page.locator("#field-address");
  assert.ok(await address.isHidden());
  await page.getByLabel("Video").check();
  assert.ok(await address.isVisible());
  await page.getByLabel("Video").uncheck();
  await click("Save draft");
});

test("somebody else's newer version is not overwritten unseen", options, async () => {
  const id = await note("Shared");
  const other = await page.context().newPage();
  await other.goto(`${site.url}/admin/pages/${id}/edit`);
  await other.getByLabel(/^Teaser/).fill("From the other window");
  await other.getByRole("button", { name: "Save draft" }).click();
  await other.getByText("is saved.").waitFor();
  await other.close();
  await page.getByLabel(/^Teaser/).fill("Mine");
  const [answer] = await Promise.all([page.waitForResponse((response) => response.request().method() === "POST"), click("Save draft")]);
  assert.equal(answer.status(), 409);
  assert.equal(await page.getByLabel(/^Teaser/).inputValue(), "Mine");
  await click("Save draft");
  await page.getByText("is saved.").waitFor();
});

test("the preview shows what is not saved yet", options, async () => {
  await note("Look at me");
  await title().fill("Changed but not saved");
  await click("Preview");
  const frame = page.frameLocator("#preview iframe");
  await frame.getByText("Changed but not saved").first().waitFor();
  await click("Save draft");
});

test("an old state becomes the draft again", options, async () => {
  const id = await note("First words", "Publish");
  await title().fill("Second words");
  await click("Publish");
  await page.getByText("is published.").waitFor();
  await page.goto(`${site.url}/admin/pages/${id}/history`);
  await page.getByRole("button", { name: "Make this the draft" }).last().click();
  await page.getByText("The old state is the draft now").waitFor();
  assert.equal(await title().inputValue(), "First words");
});

test("a page moves beneath another, is unpublished and deleted", options, async () => {
  const above = await note("Above", "Publish");
  const id = await note("Wanderer", "Publish");
  await page.goto(`${site.url}/admin/pages/${id}/move`);
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByRole("dialog").getByRole("searchbox").fill("Above");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").locator("[data-choose]").filter({ hasText: "Above" }).last().click();
  await click("Move it");
  await page.getByText("has moved.").waitFor();
  await page.goto(`${site.url}/admin/pages/${above}/`);
  await page.locator(".listing-title", { hasText: "Wanderer" }).click();
  await page.getByRole("link", { name: "Unpublish" }).click();
  await click("Unpublish it");
  await page.getByText("is unpublished.").waitFor();
  await page.getByRole("link", { name: "Delete" }).click();
  await click("Delete this page");
  await page.getByText("is deleted.").waitFor();
});

test("the focal point is set by numbers and by dragging", options, async () => {
  const { png } = await import("./site.mjs");
  await page.goto(`${site.url}/admin/images/upload`);
  await page.locator("input[type=file]").setInputFiles({ name: "nest.png", mimeType: "image/png", buffer: png(200, 100, [120, 80, 40]) });
  await click("Upload");
  await page.getByText("is uploaded.").waitFor();
  // Nobody drags over a picture that is not there yet; its preview is made when it is asked for first.
  await page.locator(".focal img").evaluate((image) => image.decode());
  const box = await page.locator(".focal").boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.25);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.75);
  await page.mouse.up();
  assert.equal(await page.getByLabel("Centre X").inputValue(), "100");
  await page.getByLabel("Centre Y").fill("40");
  await click("Save");
  await page.getByText("is saved.").waitFor();
  assert.deepEqual([await page.getByLabel("Centre X").inputValue(), await page.getByLabel("Centre Y").inputValue()], ["100", "40"]);
});

test("signing out ends the session", options, async () => {
  const context = await browser.newContext();
  const other = await signIn(context, site);
  await other.getByRole("button", { name: "Sign out" }).click();
  await other.waitForURL(/login/);
  await other.goto(`${site.url}/admin/`);
  assert.match(other.url(), /login/);
  await context.close();
});
