import { join } from "node:path";
import Database from "libsql";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { migrate, migrations, readVersion } from "./migrations.ts";

function openFile(): Database.Database {
  const folder = temporaryFolder();
  const db = new Database(join(folder.path, "catalog.db"));
  onTestFinished(() => {
    db.close();
    folder[Symbol.dispose]();
  });
  return db;
}

const [first] = migrations;
const next = {
  number: migrations.length + 1,
  name: "a note",
  sql: "CREATE TABLE extra (id INTEGER) STRICT;",
};

test("steps are numbered from 1 without gaps, so that a version is a count", () => {
  expect(migrations.map(({ number }) => number)).toEqual(migrations.map((_, index) => index + 1));
});

test("an empty file becomes a catalog, and a second time there is nothing to do", () => {
  const db = openFile();
  expect(readVersion(db, "c.db")).toEqual({ kind: "empty" });
  migrate(db, "c.db");
  migrate(db, "c.db");
  expect(readVersion(db, "c.db")).toEqual({ kind: "catalog", version: migrations.length });
});

test("an older catalog gets the steps that it lacks, and keeps what is in it", () => {
  const db = openFile();
  migrate(db, "c.db");
  db.exec("INSERT INTO notes VALUES ('memo', 'a', '1')");
  migrate(db, "c.db", [...migrations, next]);
  expect(db.prepare("SELECT value FROM notes").all()).toEqual([{ value: "1" }]);
  expect(db.prepare("SELECT count(*) AS n FROM extra").all()).toEqual([{ n: 0 }]);
});

test("a step that fails leaves the catalog as it was", () => {
  const db = openFile();
  migrate(db, "c.db");
  const broken = { ...next, sql: "CREATE TABLE extra (id INTEGER); SELECT nonsense;" };
  expect(() => migrate(db, "c.db", [...migrations, broken])).toThrow(/nonsense/);
  expect(readVersion(db, "c.db")).toEqual({ kind: "catalog", version: migrations.length });
  expect(() => db.exec("SELECT * FROM extra")).toThrow(/no such table/);
});

test("a catalog of a newer Sluice is refused", () => {
  const db = openFile();
  migrate(db, "c.db", [...migrations, next]);
  expect(() => migrate(db, "c.db")).toThrow(
    `c.db was written by a newer Sluice: it has version ${migrations.length + 1}`,
  );
});

test("a catalog whose steps were other ones is refused", () => {
  const db = openFile();
  migrate(db, "c.db", [{ number: 1, name: "other", sql: first?.sql.replace("STRICT", "") ?? "" }]);
  expect(() => migrate(db, "c.db")).toThrow(/another build of Sluice/);
});

test("a database that is someone else's is refused and not touched", () => {
  const db = openFile();
  db.exec("CREATE TABLE theirs (id INTEGER)");
  expect(() => migrate(db, "c.db")).toThrow(/but not Sluice's catalog/);
  expect(db.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "theirs" }]);
});
