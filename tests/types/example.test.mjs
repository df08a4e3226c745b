// The example front end is checked against the types made from the models: a field that is renamed breaks its build.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What `tsc --strict` says of the example with its types changed. */
function checked(change) {
  const folder = mkdtempSync(join(tmpdir(), "siskin-example-"));
  try {
    cpSync(join(root, "examples/astro"), folder, { recursive: true, filter: (name) => !name.includes("node_modules") });
    const types = join(folder, "src/lib/siskin.ts");
    const before = readFileSync(types, "utf8");
    const after = change(before);
    writeFileSync(types, after);
    const tsc = join(root, "node_modules/.bin/tsc");
    const run = spawnSync(tsc, ["--noEmit", "--strict", "-p", join(folder, "tsconfig.json")], { encoding: "utf8" });
    return { isChanged: before !== after, status: run.status, told: run.stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the example agrees with the models as they are", () => {
  const { status, told } = checked((types) => types);
  assert.equal(status, 0, told);
});

for (const [what, from, to] of [
  ["a field", /^  cover: /gm, "  picture: "],
  ["a field of every object", /^    slug: /gm, "    handle: "],
  ["a block", /type: "paragraph";/g, 'type: "text";'],
  ["a type", /"journal\.ArticlePage"/g, '"journal.StoryPage"'],
]) {
  test(`${what} that is renamed breaks the build of the example`, () => {
    const { isChanged, status, told } = checked((types) => types.replace(from, to));
    assert.ok(isChanged, "nothing was renamed");
    assert.notEqual(status, 0);
    assert.match(told, /src\/lib\/site\.ts\(\d+,\d+\): error/);
  });
}
