// The example front end, built against a running server with the starter site, and its previews.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort, program, startSite } from "../browser/site.mjs";

const example = fileURLToPath(new URL("../../examples/astro", import.meta.url));
const missing = existsSync(join(example, "node_modules/astro")) ? "" : "examples/astro has no packages; run npm ci there";
if (missing && process.env.SISKIN_TEST_NO_SKIP === "1") throw new Error(missing);
if (missing) console.error(`SKIPPED: the example front end is not built, ${missing}`);
const options = { skip: missing || false, timeout: 120_000 };

let site, folder, server;

/** Runs one of the example's tools in the copy of it. */
function run(tool, args, more = {}) {
  const env = { ...process.env, ASTRO_TELEMETRY_DISABLED: "1", SISKIN_URL: site.url, ...more };
  try {
    return execFileSync(join(folder, "node_modules/.bin", tool), args, { cwd: folder, env, encoding: "utf8" });
  } catch (error) {
    throw new Error(`${tool} ${args.join(" ")}\n${error.stdout}\n${error.stderr}`);
  }
}

before(async () => {
  if (missing) return;
  site = await startSite({}, "--starter");
  folder = mkdtempSync(join(tmpdir(), "siskin-astro-"));
  const isMade = (name) => ["node_modules", "dist", ".astro"].includes(relative(example, name));
  cpSync(example, folder, { recursive: true, filter: (name) => !isMade(name) });
  symlinkSync(join(example, "node_modules"), join(folder, "node_modules"));
}, { timeout: 60_000 });

after(async () => {
  server?.kill();
  await site?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test("the example is checked with its own TypeScript and built, page by page", options, async () => {
  run("tsc", ["--noEmit"]);
  run("astro", ["build"]);
  const page = (path) => readFileSync(join(folder, "dist/client", path, "index.html"), "utf8");
  const { items } = await (await fetch(`${site.url}/api/v2/pages/?type=journal.ArticlePage`)).json();
  assert.ok(items.length > 2);
  for (const { title, meta } of items) {
    assert.ok(page("").includes(title), title);
    const article = page(meta.slug);
    assert.ok(article.includes(`<h1>${title}</h1>`), article);
    assert.ok(!article.includes("linktype"), "links are addresses");
    for (const [, picture] of article.matchAll(/srcset="([^" ]+)/g)) {
      assert.equal((await fetch(picture.replaceAll("&#38;", "&").replaceAll("&amp;", "&"))).status, 200, picture);
    }
  }
});

test("previews are drawn when they are asked for, to whoever knows the secret", options, async () => {
  const token = execFileSync(program, ["token", "create", "Preview", "--drafts", "--site", site.folder], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const port = await freePort();
  const env = { ...process.env, HOST: "127.0.0.1", PORT: String(port), SISKIN_URL: site.url, SISKIN_PREVIEW_TOKEN: token.trim(), PREVIEW_SECRET: "s3cret" };
  server = spawn(process.execPath, [join(folder, "dist/server/entry.mjs")], { env, stdio: "ignore" });
  const { items: [{ id, title }] } = await (await fetch(`${site.url}/api/v2/pages/?type=journal.ArticlePage&limit=1`)).json();
  const preview = (id, secret) => fetch(`http://127.0.0.1:${port}/preview/${id}/?secret=${secret}`);
  for (let tries = 0; tries < 100; tries += 1) {
    if (await preview(id, "").then(() => true, () => false)) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  const shown = await preview(id, "s3cret");
  const page = await shown.text();
  assert.equal(shown.status, 200, page);
  assert.equal(shown.headers.get("cache-control"), "private, no-store");
  assert.ok(page.includes(`<h1>${title}</h1>`) && page.includes("A draft, as its editors have it."), page);
  for (const [wanted, secret] of [[id, "guess"], [id, ""], [99999, "s3cret"], ["x", "s3cret"]]) {
    assert.equal((await preview(wanted, secret)).status, 404, `${wanted} ${secret}`);
  }
});
