import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readProjectFolder } from "./read-project-folder.ts";

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-folder-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

async function read(folder: string) {
  const { files, problems } = await readProjectFolder(folder);
  return {
    files: files.map(({ path }) => path),
    problems: problems
      .map(({ code, location }) => `${location.file}:${location.line}:${location.column} ${code}`)
      .sort(),
  };
}

test("the files of a project are read, and nothing else is", async () => {
  const folder = folderOf({
    "sluice.yaml": "\ufeffproject: shop",
    "README.md": "hello",
    "connections/b.yaml": "b",
    "connections/a.yaml": "a",
    "connections/notes.txt": "not read",
    "connections/.draft.yaml": "hidden",
    "models/deep/er/m.sql": "select 1",
    "models/.hidden/m.sql": "select 1",
    "rules/r.yaml": "r",
    "templates/t.yaml": "t",
    "contracts/c.yaml": "c",
    "scenarios/s.yaml": "s",
    ".env": "PASSWORD=x",
  });
  expect(await read(folder)).toEqual({
    files: [
      "connections/a.yaml",
      "connections/b.yaml",
      "contracts/c.yaml",
      "models/deep/er/m.sql",
      "rules/r.yaml",
      "scenarios/s.yaml",
      "sluice.yaml",
      "templates/t.yaml",
    ],
    problems: [],
  });
  const { files } = await readProjectFolder(folder);
  expect(files.find(({ path }) => path === "sluice.yaml")?.text).toBe("project: shop");
});

test("what looks as if it should be read and is not is a problem", async () => {
  const folder = folderOf({
    "sluice.yaml": "project: shop",
    "sluice.yml": "project: shop",
    "connections/a.yml": "a",
    "connections/deep/b.yaml": "b",
    "models/m.SQL": "select 1",
    "models/schema.yml": "version: 2",
  });
  expect((await read(folder)).problems).toEqual([
    "connections/a.yml:1:1 wrong-ending",
    "connections/deep:1:1 unexpected-folder",
    "models/m.SQL:1:1 wrong-ending",
    "models/schema.yml:1:1 wrong-ending",
    "sluice.yml:1:1 wrong-ending",
  ]);
});

test("text that is not UTF-8 is a problem at its first bad byte", async () => {
  const folder = folderOf({
    "sluice.yaml": Buffer.from("project: shop\nowner: J\u00fcrg", "latin1"),
    "rules/r.yaml": Buffer.from("\ufeffruleset: x", "utf16le"),
    "connections/ok.yaml": Buffer.from("owner: Jürg 🐘", "utf8"),
  });
  expect(await read(folder)).toEqual({
    files: ["connections/ok.yaml"],
    problems: ["rules/r.yaml:1:1 bad-encoding", "sluice.yaml:2:9 bad-encoding"],
  });
});

test("a file that is too large is not read", async () => {
  const folder = folderOf({ "sluice.yaml": "x".repeat(1_048_577), "rules/r.yaml": "ok" });
  expect(await read(folder)).toEqual({
    files: ["rules/r.yaml"],
    problems: ["sluice.yaml:1:1 file-too-large"],
  });
});

test("a link is followed to a file inside the project, and not out of it", async () => {
  const outside = folderOf({ "secret.yaml": "a", "models/m.sql": "select 1" });
  const folder = folderOf({ "sluice.yaml": "project: shop", "stored/a.yaml": "a" });
  mkdirSync(join(folder, "connections"));
  mkdirSync(join(folder, "models"));
  symlinkSync("../stored/a.yaml", join(folder, "connections/inside.yaml"));
  symlinkSync(join(outside, "secret.yaml"), join(folder, "connections/outside.yaml"));
  symlinkSync("nowhere.yaml", join(folder, "connections/broken.yaml"));
  symlinkSync("loop.yaml", join(folder, "connections/loop.yaml"));
  symlinkSync(join(outside, "models"), join(folder, "models/linked"));
  symlinkSync(outside, join(folder, "rules"));
  expect(await read(folder)).toEqual({
    files: ["connections/inside.yaml", "sluice.yaml"],
    problems: [
      "connections/broken.yaml:1:1 file-unreadable",
      "connections/loop.yaml:1:1 file-unreadable",
      "connections/outside.yaml:1:1 path-outside-project",
      "models/linked:1:1 link-not-followed",
      "rules:1:1 link-not-followed",
    ],
  });
});

test("a folder that bears a file's name is no file", async () => {
  const folder = folderOf({ "models/m.sql/x.txt": "x", "connections/c.yaml/x.txt": "x" });
  expect((await read(folder)).problems).toEqual(["connections/c.yaml:1:1 unexpected-folder"]);
});
