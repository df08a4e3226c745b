// Builds the admin's TypeScript and CSS into `dist/`, which the binary embeds.
// Editors that are heavy (rich text, code) become chunks of their own, loaded when a page needs them.
import { context, build } from "esbuild";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const options = {
  entryPoints: { main: join(here, "ts/main.ts"), style: join(here, "css/main.css") },
  outdir: join(here, "dist"),
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2023", "chrome123", "firefox121", "safari17.5"],
  chunkNames: "chunk-[name]-[hash]",
  minify: true,
  logLevel: "info",
  legalComments: "linked",
};

await rm(options.outdir, { recursive: true, force: true });
if (process.argv.includes("--watch")) await (await context({ ...options, minify: false })).watch();
else await build(options);
