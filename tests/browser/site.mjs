// A site of its own for browser tests: made by `siskin new` in a temporary folder, served on a free port.
import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const program = process.env.SISKIN_TEST_PROGRAM ?? join(root, "target/debug/siskin");
export const PASSWORD = "correct horse battery";

/** The browser's program, or why there is none. A run that may not skip fails instead. */
export function chromium() {
  const places = [process.env.SISKIN_TEST_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = places.find((place) => place && existsSync(place));
  const missing = !found ? "there is no Chromium; set SISKIN_TEST_CHROMIUM" : !existsSync(program) ? `there is no ${program}; run cargo build` : "";
  if (missing && process.env.SISKIN_TEST_NO_SKIP === "1") throw new Error(missing);
  if (missing) console.error(`SKIPPED: browser tests, ${missing}`);
  return missing ? null : found;
}

/** A receiver of webhooks: `bodies` holds what came. Sites of these tests may call this machine. */
export async function startReceiver() {
  const bodies = [];
  const server = createHttpServer((request, response) => {
    let body = "";
    request.on("data", (part) => { body += part; });
    request.on("end", () => {
      bodies.push(JSON.parse(body));
      response.end("taken");
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const stop = () => new Promise((done) => server.close(done).closeAllConnections());
  return { url: `http://127.0.0.1:${server.address().port}/hook`, bodies, stop };
}

/** Starts a site with these models, `{ app: "toml" }`; `kind` are more words for `siskin new`. */
export async function startSite(models, ...kind) {
  const folder = mkdtempSync(join(tmpdir(), "siskin-browser-"));
  const run = (args, input) => execFileSync(program, [...args, "--site", folder], { input, stdio: ["pipe", "pipe", "inherit"] });
  execFileSync(program, ["new", folder, ...kind], { stdio: "ignore" });
  appendFileSync(join(folder, "config.toml"), '\n[webhooks]\nallow_private = ["127.0.0.1"]\n');
  for (const [app, text] of Object.entries(models)) writeFileSync(join(folder, `models/${app}.toml`), text);
  run(["user", "create", "ada", "--email", "ada@example.org", "--superuser"], `${PASSWORD}\n`);
  const port = await freePort();
  const server = spawn(program, ["serve", "--port", String(port), "--site", folder], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (text) => { log += text; });
  const url = `http://localhost:${port}`;
  await answering(url, server, () => log);
  return { url, folder, log: () => log, stop: () => stop(server, folder) };
}

async function answering(url, server, log) {
  for (let tries = 0; tries < 150; tries += 1) {
    if (server.exitCode !== null) throw new Error(`the server ended:\n${log()}`);
    const up = await fetch(`${url}/healthz`).then((response) => response.ok, () => false);
    if (up) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`the server did not answer:\n${log()}`);
}

async function stop(server, folder) {
  const ended = new Promise((done) => server.once("exit", done));
  server.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

export function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

/** Signs in and gives the page. */
export async function signIn(context, site) {
  const page = await context.newPage();
  page.on("pageerror", (error) => { throw error; });
  await page.goto(`${site.url}/admin/login`);
  await page.getByLabel("User name or e-mail").fill("ada");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${site.url}/admin/`);
  return page;
}

/** The id of the home page, which every new site begins with. */
export async function home(page, site) {
  await page.goto(`${site.url}/admin/pages/`);
  return Number(new URL(page.url()).pathname.match(/pages\/(\d+)/)[1]);
}

/** A small PNG of one colour. */
export function png(width, height, [red, green, blue]) {
  const row = Buffer.concat([Buffer.from([0]), Buffer.from(Array.from({ length: width }, () => [red, green, blue]).flat())]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "ascii"), data]);
  const framed = Buffer.alloc(8 + body.length);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc(body), 4 + body.length);
  return framed;
}

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** The text of axe, to be put into a page. */
export function axeText() {
  return readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");
}
