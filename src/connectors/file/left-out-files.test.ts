import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { never, sourceOf } from "../../../test/contract/connector-contract.ts";
import { type FileScene, fileScene } from "../../../test/support/file-scene.ts";
import type { Json } from "../../core/std/json.ts";
import { fileConnector } from "./file-connector.ts";

// Goal: of a source with a file that cannot be read, the others are told and, where that is asked
// for, extracted; and what was left out is read once it can be, whatever the strategy.

const damaged = gzipSync("id\n3\n4\n").subarray(0, 15);

let scene: FileScene;
beforeEach(async () => {
  scene = await fileScene();
  scene.write("a.csv.gz", gzipSync("id\n1\n"));
  scene.write("b.csv.gz", damaged);
  scene.write("c.csv.gz", gzipSync("id\n2\n"));
});
afterEach(() => scene[Symbol.asyncDispose]());

const locator = { path: "*.csv.gz" };

/** Appends what can be read. */
function extract({ cursor = null }: { readonly cursor?: Json } = {}) {
  const source = sourceOf(fileConnector, locator, { strategy: "append" });
  const folder = mkdtempSync(join(scene.folder, "extract-"));
  return scene.session.extract({ source, folder, cursor, mayLeaveOut: true }, never);
}

test("a probe is about the files that can be read, and says how many cannot", async () => {
  const probe = await scene.probe(locator);
  expect(probe).toMatchObject({
    presence: { state: "unreachable", code: "SOURCE_UNREADABLE", filesLeftOut: 1 },
    files: 2,
    rows: 2,
    schema: { columns: [{ name: "id" }] },
  });
  scene.write("b.csv.gz", gzipSync("id\n3\n4\n"));
  const whole = await scene.probe(locator, probe.memo);
  expect(whole).toMatchObject({ presence: { state: "present" }, files: 3, rows: 4 });
  expect(whole.fingerprint).not.toBe(probe.fingerprint);
});

test("an extraction leaves out what it may, and else reads nothing", async () => {
  await expect(scene.extract(locator)).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
  const draft = await extract();
  expect(draft).toMatchObject({ rows: 2, leftOut: [{ name: "b.csv.gz" }] });
});

test("what was left out of an append is read later, and only that", async () => {
  const first = await extract();
  scene.write("b.csv.gz", gzipSync("id\n3\n4\n"));
  const second = await scene.extract(locator, { strategy: "append", cursor: first.cursor });
  expect(second).toMatchObject({ scope: "increment", rows: 2, replaces: [] });
  expect(second.files.map(({ name }) => name)).toEqual(["b.csv.gz"]);
});

test("a loaded file that cannot be read for a while is not read twice", async () => {
  scene.write("b.csv.gz", gzipSync("id\n3\n4\n"));
  const first = await scene.extract(locator, { strategy: "append" });
  scene.write("b.csv.gz", damaged);
  scene.write("d.csv.gz", gzipSync("id\n5\n"));
  const second = await extract({ cursor: first.cursor });
  expect(second.files.map(({ name }) => name)).toEqual(["d.csv.gz"]);
  scene.write("b.csv.gz", gzipSync("id\n3\n4\n"));
  const third = await scene.extract(locator, { strategy: "append", cursor: second.cursor });
  expect(third.files).toEqual([]);
});

test("a source of which no file can be read is told as before", async () => {
  scene.write("a.csv.gz", damaged);
  scene.write("c.csv.gz", damaged);
  const { presence, files } = await scene.probe(locator);
  expect(presence).toMatchObject({ state: "unreachable", code: "SOURCE_UNREADABLE" });
  expect(presence).not.toHaveProperty("filesLeftOut");
  expect(files).toBeNull();
});
