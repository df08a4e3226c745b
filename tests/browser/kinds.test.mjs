// One test a field kind: a page is made in the admin, filled, saved, opened again, published, and read over the API.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium as browsers } from "playwright-core";
import { chromium, home, png, signIn, startSite } from "./site.mjs";

const CHOICES = `choices = [{ value = "red", label = "Red" }, { value = "blue", label = "Blue" }]`;
const input = (page) => page.locator('[name="value"]').last();
const typed = (text) => ({ fill: (page) => input(page).fill(text), check: async (page) => assert.equal(await input(page).inputValue(), text) });
const chosen = (kind, title, upload) => ({
  fill: (page) => choose(page, page.locator("#field-value"), title, upload),
  check: async (page) => assert.equal(await page.locator("#field-value [data-part=title]").first().innerText(), title),
});

/** Kind by kind: how it is declared, filled, checked, and what the API answers. */
const KINDS = {
  text: { ...typed("A finch & its <nest>"), api: "A finch & its <nest>" },
  long_text: { ...typed("Two\nlines"), api: "Two\nlines" },
  rich_text: {
    fill: async (page) => {
      const editor = page.locator("#field-value [contenteditable=true]");
      await editor.click();
      await page.keyboard.type("Seeds and ");
      await page.getByRole("button", { name: "Bold" }).click();
      await page.keyboard.type("song");
    },
    check: async (page) => assert.equal(await page.locator("#field-value [contenteditable=true] b").innerText(), "song"),
    api: (value) => assert.match(value, /^<p[^>]*>Seeds and <b>song<\/b><\/p>$/),
  },
  markdown: {
    fill: async (page) => {
      await page.locator("#field-value .cm-content").click();
      await page.keyboard.type("# Title");
    },
    check: async (page) => assert.equal(await page.locator("#field-value .cm-content").innerText(), "# Title"),
    api: "# Title",
  },
  integer: { ...typed("42"), api: 42 },
  float: { ...typed("2.5"), api: 2.5 },
  decimal: { ...typed("12.50"), api: (value) => assert.equal(String(value), "12.50") },
  boolean: {
    fill: (page) => page.getByLabel("Value").check(),
    check: async (page) => assert.ok(await page.getByLabel("Value").isChecked()),
    api: true,
  },
  date: { ...typed("2026-11-30"), api: "2026-11-30" },
  time: { ...typed("08:30:00"), api: (value) => assert.match(value, /^08:30:00/) },
  datetime: { ...typed("2026-11-30T08:30:15"), api: (value) => assert.match(value, /^2026-11-30T08:30:15/) },
  email: { ...typed("ada@example.org"), api: "ada@example.org" },
  url: { ...typed("https://example.org/x"), api: "https://example.org/x" },
  slug: { ...typed("green-finch"), api: "green-finch" },
  embed: { ...typed("https://example.org/video"), api: "https://example.org/video" },
  colour: { ...typed("#4a6b12"), api: "#4a6b12" },
  choice: {
    declare: CHOICES,
    fill: (page) => page.getByLabel("Value").selectOption({ label: "Blue" }),
    check: async (page) => assert.equal(await page.getByLabel("Value").inputValue(), "blue"),
    api: "blue",
  },
  choices: {
    declare: CHOICES,
    fill: async (page) => { await page.getByLabel("Red", { exact: true }).check(); await page.getByLabel("Blue", { exact: true }).check(); },
    check: async (page) => assert.ok((await page.getByLabel("Red", { exact: true }).isChecked()) && (await page.getByLabel("Blue", { exact: true }).isChecked())),
    api: ["red", "blue"],
  },
  tags: {
    fill: async (page) => {
      for (const tag of ["seed", "nest"]) {
        await page.getByPlaceholder("Add a tag").fill(tag);
        await page.keyboard.press("Enter");
      }
    },
    check: async (page) => assert.deepEqual(await page.locator("#field-value .tag").allInnerTexts(), ["nest", "seed"]),
    api: ["nest", "seed"],
  },
  json: {
    fill: async (page) => {
      await page.locator("#field-value .cm-content").click();
      await page.keyboard.insertText('{"a": [1, 2]}');
    },
    check: async (page) => assert.deepEqual(JSON.parse(await page.locator("#field-value textarea").inputValue()), { a: [1, 2] }),
    api: { a: [1, 2] },
  },
  table: {
    fill: async (page) => {
      await page.getByLabel("Row 1, column 1").fill("Bird");
      await page.getByRole("button", { name: "Row", exact: true }).click();
      await page.getByLabel("Row 3, column 2").fill("17");
      await page.getByLabel("First row is a header").check();
    },
    check: async (page) => {
      assert.equal(await page.getByLabel("Row 1, column 1").inputValue(), "Bird");
      assert.equal(await page.getByLabel("Row 3, column 2").inputValue(), "17");
    },
    api: (value) => assert.deepEqual([value.data[0][0], value.data[2][1], value.first_row_is_table_header], ["Bird", "17", true]),
  },
  image: { ...chosen("image", "green", { name: "green.png", mimeType: "image/png", buffer: png(40, 30, [60, 120, 20]) }), api: (value) => assert.ok(value) },
  document: { ...chosen("document", "list", { name: "list.txt", mimeType: "text/plain", buffer: Buffer.from("seeds\n") }), api: (value) => assert.ok(value) },
  page: { ...chosen("page", "Siskin"), api: (value) => assert.ok(value) },
  user: { ...chosen("user", "ada"), api: (value) => assert.ok(value) },
  collection: { ...chosen("collection", "Root"), api: (value) => assert.ok(value) },
  snippet: { declare: `of = ["kinds.Person"]`, ...chosen("snippet", "Ada Finch"), api: (value) => assert.ok(value) },
  pages: {
    kind: "page", declare: "many = true",
    fill: (page) => choose(page, page.locator("#field-value"), "Siskin"),
    check: async (page) => assert.equal(await page.locator("#field-value [data-chosen]").count(), 1),
    api: (value) => assert.equal(value.length, 1),
  },
  children: {
    declare: `label = "kinds.Row"\nfields = [{ name = "word", type = "text", required = true }]`,
    fill: async (page) => {
      for (const word of ["first", "second"]) {
        await page.getByRole("button", { name: /^Add a row/ }).click();
        await page.keyboard.type(word);
      }
    },
    check: async (page) => assert.deepEqual(await values(page, "#field-value .row-body input"), ["first", "second"]),
    api: (value) => assert.deepEqual(value.map((row) => row.word), ["first", "second"]),
  },
  list: {
    declare: `item = { type = "text" }`,
    fill: async (page) => {
      for (const word of ["one", "two"]) {
        await page.getByRole("button", { name: /^Add an entry/ }).click();
        await page.keyboard.type(word);
      }
      await page.locator("#field-value .row-slot").nth(1).getByTitle("Move up").click();
    },
    check: async (page) => assert.deepEqual(await values(page, "#field-value .row-body input"), ["two", "one"]),
    api: ["two", "one"],
  },
  struct: {
    declare: `fields = [{ name = "street", type = "text" }, { name = "number", type = "integer" }]`,
    fill: async (page) => { await page.getByLabel("Street").fill("Alder Lane"); await page.getByLabel("Number").fill("7"); },
    check: async (page) => assert.deepEqual(await values(page, "#field-value input"), ["Alder Lane", "7"]),
    api: { street: "Alder Lane", number: 7 },
  },
  stream: {
    declare: `blocks = ["note", "quote", "group"]`,
    fill: async (page) => {
      await page.getByRole("button", { name: /^Add a block/ }).click();
      await page.getByPlaceholder("Search").fill("quo");
      await page.keyboard.press("Enter");
      await page.getByLabel("Text").fill("Sing");
      await page.getByRole("button", { name: /^Add a block/ }).click();
      await page.getByRole("button", { name: "Group" }).click();
      await page.getByRole("button", { name: /^Add an entry/ }).click();
      await page.keyboard.type("inner");
    },
    check: async (page) => {
      assert.deepEqual(await page.locator("#field-value > div > .rows > .row-slot > .row > .row-head .row-kind").allInnerTexts(), ["Quote", "Group"]);
      assert.equal(await page.getByLabel("Text").inputValue(), "Sing");
    },
    api: (value) => {
      assert.deepEqual(value.map((block) => block.type), ["quote", "group"]);
      assert.deepEqual([value[0].value.text, value[1].value], ["Sing", ["inner"]]);
    },
  },
};

async function values(page, selector) {
  return page.locator(`${selector}:not([type=hidden])`).evaluateAll((inputs) => inputs.map((input) => input.value));
}

async function choose(page, field, title, upload) {
  await field.getByRole("button", { name: /^(Choose|Add) (a|one)/ }).click();
  const dialog = page.getByRole("dialog");
  if (upload) {
    await dialog.getByRole("tab", { name: "Upload" }).click();
    await dialog.locator("input[type=file]").setInputFiles(upload);
    await dialog.getByRole("button", { name: "Upload and use" }).click();
  } else {
    await dialog.locator("[data-choose]").filter({ hasText: title }).first().click();
  }
  await dialog.waitFor({ state: "detached" });
}

function models() {
  const types = Object.entries(KINDS).map(([name, { kind = name, declare = "" }]) => `
[types.${typeName(name)}]
kind = "page"
label = "${name} page"
[[types.${typeName(name)}.fields]]
name = "value"
type = "${kind}"
${declare.replace(/^label = /m, "label = ")}
`);
  return `${types.join("")}
[types.Person]
kind = "snippet"
fields = [{ name = "name", type = "text", required = true }]
[blocks.note]
type = "rich_text"
[blocks.quote]
type = "struct"
fields = [{ name = "text", type = "long_text", required = true }]
[blocks.group]
type = "list"
item = { type = "text" }
`;
}

function typeName(name) {
  return `${name.split("_").map((word) => word[0].toUpperCase() + word.slice(1)).join("")}Page`;
}

const program = chromium();
const skip = program ? false : "no Chromium";
let browser, site, page, parent;

before(async () => {
  if (skip) return;
  site = await startSite({ kinds: models() });
  browser = await browsers.launch({ executablePath: program, args: ["--no-sandbox"] });
  page = await signIn(await browser.newContext(), site);
  parent = await home(page, site);
  await page.goto(`${site.url}/admin/snippets/kinds.Person/add`);
  await page.getByLabel("Name").fill("Ada Finch");
  await page.getByRole("button", { name: /^(Save|Publish)$/ }).last().click();
  await page.getByText("“Ada Finch”").waitFor();
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await site?.stop();
});

for (const [name, { fill, check, api }] of Object.entries(KINDS)) {
  test(`a field of kind ${name} is filled, saved, opened again and published`, { skip, timeout: 60_000 }, async () => {
    await page.goto(`${site.url}/admin/pages/${parent}/add/kinds.${typeName(name)}`);
    await page.getByRole("textbox", { name: "Title", exact: false }).first().fill(`A ${name}`);
    await fill(page);
    await page.getByRole("button", { name: "Save draft" }).click();
    await page.getByText("is saved.").waitFor();
    await page.reload();
    await check(page);
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByText("is published.").waitFor();
    await check(page);
    const id = new URL(page.url()).pathname.match(/pages\/(\d+)/)[1];
    const answer = await fetch(`${site.url}/api/v2/pages/${id}/`);
    assert.equal(answer.status, 200);
    const { value } = await answer.json();
    if (typeof api === "function") api(value);
    else assert.deepEqual(value, api);
  });
}
