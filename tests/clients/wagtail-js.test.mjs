// The client `wagtail-js`, which was written for Wagtail and knows nothing of Siskin, against a running server with the
// starter site.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CMSClient, FetchError } from "wagtail-js";
import { startSite } from "../browser/site.mjs";

let site;
let client;

before(async () => {
  site = await startSite({}, "--starter");
  client = new CMSClient({ baseURL: site.url, apiPath: "/api/v2", cache: "no-store" });
});

after(() => site.stop());

/** Runs without what the client writes to the console about a refusal. */
async function quietly(act) {
  const kept = { log: console.log, error: console.error, warn: console.warn, group: console.group };
  for (const name of Object.keys(kept)) console[name] = () => {};
  try {
    return await act();
  } finally {
    Object.assign(console, kept);
  }
}

test("pages are listed, counted and paged", async () => {
  const all = await client.fetchPages({ limit: 20 });
  assert.ok(all.meta.total_count > 3 && all.items.length > 3);
  const { id, title, meta } = all.items[0];
  assert.ok(id > 0 && title && meta.type.includes(".") && meta.slug && URL.canParse(meta.html_url) && URL.canParse(meta.detail_url));
  const second = await client.fetchPages({ limit: 1, offset: 1 });
  assert.deepEqual(second, { meta: all.meta, items: [all.items[1]] });
});

test("a page is found by id and by slug, with fields and as one type", async () => {
  const { items } = await client.fetchPages({ limit: 20 });
  const wanted = items.at(-1);
  const byId = await client.fetchPage(wanted.id);
  assert.deepEqual([byId.title, byId.meta.slug, byId.meta.type], [wanted.title, wanted.meta.slug, wanted.meta.type]);
  assert.ok("parent" in byId.meta);
  const bySlug = await client.fetchPage(wanted.meta.slug, { locale: wanted.meta.locale, fields: ["_", "title", "slug"] });
  assert.deepEqual(bySlug, { meta: { slug: wanted.meta.slug }, title: wanted.title });
  const typed = await client.fetchPages({ type: wanted.meta.type, fields: ["*"] });
  assert.ok(typed.items.every((item) => item.meta.type === wanted.meta.type));
});

test("tree, language, order and search narrow a list", async () => {
  const { items: [home] } = await client.fetchPages({ limit: 1 });
  const children = await client.fetchPages({ child_of: home.id });
  const parents = await Promise.all(children.items.map(async ({ id }) => (await client.fetchPage(id)).meta.parent.id));
  assert.ok(parents.length > 0 && parents.every((id) => id === home.id));
  const above = await client.fetchPages({ ancestor_of: children.items[0].id });
  assert.deepEqual(above.items.map(({ id }) => id), [home.id]);
  const german = await client.fetchPages({ locale: "de" });
  assert.ok(german.items.length > 0 && german.items.every(({ meta }) => meta.locale === "de"));
  const translated = await client.fetchPages({ translation_of: home.id, locale: "de" });
  assert.equal(translated.meta.total_count, 1);
  const titles = (await client.fetchPages({ order: "-title" })).items.map(({ title }) => title);
  assert.deepEqual(titles, titles.toSorted((a, b) => Buffer.compare(Buffer.from(b), Buffer.from(a))));
  const word = home.title.match(/\p{L}{4,}/u)[0].toLowerCase();
  // The index follows the log; a site that has just begun may be a moment ahead of it.
  let found;
  for (let tries = 0; tries < 100 && !found?.items.length; tries += 1) {
    found = await client.fetchPages({ search: word });
    if (!found.items.length) await new Promise((done) => setTimeout(done, 100));
  }
  assert.ok(found.items.some(({ id }) => id === home.id), `${word}: ${JSON.stringify(found)}`);
  const menus = await client.fetchPages({ show_in_menus: true, fields: ["show_in_menus"] });
  assert.ok(menus.items.every(({ meta }) => meta.show_in_menus === true));
});

test("images are listed and their files are where the client looks for them", async () => {
  const { items } = await client.fetchImages({ limit: 2, fields: ["width", "height"] });
  assert.ok(items.length > 0 && items[0].width > 0);
  const image = await client.fetchImage(items[0].id);
  assert.equal(image.title, items[0].title);
  const source = await quietly(() => client.getMediaSrc(image.meta));
  const file = await fetch(source);
  assert.equal(file.status, 200);
  assert.match(file.headers.get("content-type"), /^image\//);
  for (const document of (await client.fetchDocuments()).items) {
    assert.equal((await fetch(client.getMediaSrc(document.meta))).status, 200);
  }
});

test("what is not there and what makes no sense is told as the client expects it", async () => {
  assert.equal((await quietly(() => client.fetchPage(99999))).message, "Page not found");
  assert.equal((await client.fetchPage("no-such-slug")).message, "Page not found");
  assert.equal((await quietly(() => client.fetchImage(99999))).message, "Image not found");
  await assert.rejects(quietly(() => client.fetchPages({ limit: "many" })), FetchError);
  await assert.rejects(quietly(() => client.fetchPages({ nonsense: 1 })), FetchError);
});
