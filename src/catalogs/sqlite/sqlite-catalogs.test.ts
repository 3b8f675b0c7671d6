import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { sqliteCatalogs } from "./sqlite-catalogs.ts";
import { queriesOver } from "./sqlite-connection.ts";
import { SqliteWriter } from "./sqlite-writer.ts";

function newFolder(): string {
  const folder = temporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return folder.path;
}

const text = "This is a letter to a friend, and no database at all.\n".repeat(100);

test("a file that is no database is refused by writers and readers, and stays as it was", async () => {
  const path = join(newFolder(), "catalog.db");
  writeFileSync(path, text);
  const refusal = {
    code: "CATALOG_INVALID",
    message: expect.stringContaining("no SQLite database"),
  };
  await expect(sqliteCatalogs.openWriter(path, "a test")).rejects.toMatchObject(refusal);
  await expect(sqliteCatalogs.openReader(path)).rejects.toMatchObject(refusal);
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("another program's database is refused, and its journal mode stays as it was", async () => {
  const path = join(newFolder(), "catalog.db");
  const theirs = new Database(path);
  theirs.exec("CREATE TABLE theirs (id INTEGER)");
  await expect(sqliteCatalogs.openWriter(path, "a test")).rejects.toMatchObject({
    code: "CATALOG_INVALID",
    message: expect.stringContaining("not Sluice's catalog"),
    hint: expect.stringContaining("sluice.yaml"),
  });
  expect(theirs.prepare("PRAGMA journal_mode").all()).toEqual([{ journal_mode: "delete" }]);
  theirs.close();
});

test("a refused writer leaves the lock free", async () => {
  const path = join(newFolder(), "catalog.db");
  writeFileSync(path, text);
  for (let times = 0; times < 2; times += 1) {
    await expect(sqliteCatalogs.openWriter(path, "a test")).rejects.toMatchObject({
      code: "CATALOG_INVALID",
    });
  }
});

test("a folder that cannot be made is refused in words", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, "file"), "");
  const path = join(folder, "file", "catalog.db");
  await expect(sqliteCatalogs.openWriter(path, "a test")).rejects.toMatchObject({
    code: "CATALOG_INVALID",
    message: expect.stringContaining("cannot be opened"),
  });
  expect(await sqliteCatalogs.openReader(path)).toBe(null);
});

test("a folder in the place of the catalog is refused in words", async () => {
  const path = join(newFolder(), "catalog.db");
  mkdirSync(path);
  await expect(sqliteCatalogs.openReader(path)).rejects.toMatchObject({
    code: "CATALOG_INVALID",
    message: expect.stringContaining("cannot be opened"),
  });
});

test("an empty file is no catalog yet", async () => {
  const path = join(newFolder(), "catalog.db");
  writeFileSync(path, "");
  expect(await sqliteCatalogs.openReader(path)).toBe(null);
});

test("a path may hold what a URL gives a meaning to", async () => {
  const folder = join(newFolder(), "100% #1? of ü");
  const catalog = await sqliteCatalogs.openWriter(join(folder, "c.db"), "a test");
  await catalog[Symbol.asyncDispose]();
  expect(readdirSync(folder)).toContain("c.db");
});

test("a disk that is full is told as such, nothing of the write is kept, and the catalog goes on", async () => {
  const path = join(newFolder(), "catalog.db");
  const catalog = await sqliteCatalogs.openWriter(path, "a test");
  await catalog[Symbol.asyncDispose]();
  const db = new Database(path);
  db.exec("PRAGMA max_page_count = 26");
  const small = new SqliteWriter(queriesOver(db), path, {
    epoch: catalog.epoch,
    closed: () => {},
  });
  const large = Array.from({ length: 50 }, (_, index) => ({
    id: `id${index}`,
    value: "x".repeat(4_000),
  }));
  await expect(small.putObjects(large)).rejects.toMatchObject({ code: "CATALOG_FULL" });
  await small.putNotes("memo", new Map([["a", 1]]));
  expect(await small.idsByPrefix("id", 1)).toEqual([]);
  expect(await small.notes("memo")).toEqual(new Map([["a", 1]]));
  await small[Symbol.asyncDispose]();
});
