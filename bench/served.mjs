// A copy of a site, served by the program that SISKIN names (target/release/siskin), with somebody who may edit it.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { signIn } from "./editor.mjs";

const PASSWORD = "half an hour in warm water";

/** Serves a copy of the site; `more` are settings besides, as variables of its environment. Ends with this process. */
export async function served(site, more = {}) {
  const program = process.env.SISKIN ?? fileURLToPath(new URL("../target/release/siskin", import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), "siskin-bench-"));
  cpSync(site, folder, { recursive: true });
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const options = { cwd: folder, env: { ...process.env, SISKIN_BASE_URL: url, SISKIN_LOG__FILTER: "warn", ...more } };
  execFileSync(program, ["user", "create", "soak", "--email", "soak@example.org", "--superuser"], { ...options, input: `${PASSWORD}\n` });
  const server = spawn(program, ["serve", "--port", String(port)], { ...options, stdio: ["ignore", "inherit", "inherit"] });
  process.on("exit", () => { server.kill("SIGTERM"); rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }); });
  await answering(url, server);
  // Its folder goes when this process ends, so it is to have ended before.
  const stop = () => new Promise((done) => { server.once("exit", done); server.kill("SIGTERM"); });
  return { url, folder, process: server, stop, editor: await signIn(url, "soak", PASSWORD) };
}

async function answering(url, server) {
  for (let tries = 0; tries < 300; tries += 1) {
    if (server.exitCode !== null) throw new Error("the server ended");
    if (await fetch(`${url}/healthz`).then((answer) => answer.ok, () => false)) return;
    await pause(100);
  }
  throw new Error("the server did not answer within half a minute");
}

export function pause(ms) { return new Promise((done) => { setTimeout(done, ms); }); }

function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => { const { port: free } = probe.address(); probe.close(() => done(free)); });
  });
}
