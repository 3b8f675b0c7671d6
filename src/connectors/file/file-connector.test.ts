import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  codeOf,
  never,
  openSession,
  silentLog,
  sourceOf,
} from "../../../test/contract/connector-contract.ts";
import { type FileScene, fileScene } from "../../../test/support/file-scene.ts";
import type { Json } from "../../core/std/json.ts";
import { fileConnector } from "./file-connector.ts";

let scene: FileScene;

beforeEach(async () => {
  scene = await fileScene();
});
afterEach(async () => {
  await scene[Symbol.asyncDispose]();
});

describe("several files as one source", () => {
  test("columns are joined by name, with types that hold all values", async () => {
    scene.write("d/1.csv", "id,when,FIPS\n1,2020-01-01,45001\n");
    scene.write("d/2.csv", "when,id,fips,extra\n2020-01-01 10:00,2.5,01001,\n");
    scene.write("d/3.csv", "");
    expect(await scene.shapeOf({ path: "d/*.csv" })).toEqual([
      "id DOUBLE",
      "when TIMESTAMP",
      "FIPS VARCHAR",
      "extra VARCHAR",
    ]);
    expect(await scene.probe({ path: "d/*.csv" })).toMatchObject({ files: 3, rows: 2 });
    expect((await scene.extract({ path: "d/*.csv" })).files).toHaveLength(2);
  });

  test("nested types are joined as DuckDB joins them", async () => {
    scene.write("1.ndjson", '{"o": {"a": 1}}\n');
    scene.write("2.ndjson", '{"o": {"b": "x"}}\n');
    expect(await scene.shapeOf({ path: "*.ndjson" })).toEqual(["o STRUCT(a BIGINT, b VARCHAR)"]);
  });

  test("folders at any depth are searched by **, hidden files are not", async () => {
    scene.write("a.csv", "id\n1\n");
    scene.write("x/y/b.csv", "id\n1\n");
    scene.write(".hidden/c.csv", "id\n1\n");
    scene.write("x/.d.csv", "id\n1\n");
    expect(await scene.probe({ path: "**/*.csv" })).toMatchObject({ files: 2 });
    expect(await scene.probe({ path: "{a,x/y/b}.csv" })).toMatchObject({ files: 2 });
  });

  test("files of different formats are not one source", async () => {
    scene.write("a.csv", "id\n1\n");
    scene.write("a.json", "[]");
    expect((await scene.probe({ path: "a.*" })).presence).toMatchObject({
      code: "SOURCE_UNREADABLE",
    });
  });

  test("names that DuckDB would expand or take for partitions are read all the same", async () => {
    scene.write("year=2020/a[1]*.csv", "id\n1\n");
    scene.write("year=2020/a1.csv", "id\n2\n");
    const [one] = (await scene.extract({ path: "year=2020/a[[]1]*.csv" })).files;
    expect(one?.isOwned).toBe(true);
    expect(readFileSync(one?.path ?? "", "utf8")).toBe("id\n1\n");
    expect(await scene.shapeOf({ path: "year=2020/a1.csv" })).toEqual(["id BIGINT"]);
  });
});

describe("what leads out of the folder", () => {
  test.each(["../secret.csv", "/etc/passwd", "a/../../b.csv", "C:/x.csv", "a\0b"])(
    "%j is refused with the locator",
    (path) => {
      expect(fileConnector.schemas.locator.safeParse({ path }).success).toBe(false);
      expect(fileConnector.schemas.pattern.safeParse({ path }).success).toBe(false);
    },
  );

  test("a symbolic link to the outside is an error, one to the inside is a file", async () => {
    writeFileSync(join(scene.folder, "secret.csv"), "id\n1\n");
    const inside = scene.write("real.csv", "id\n1\n");
    symlinkSync(inside, join(scene.folder, "data", "link.csv"));
    expect(await scene.probe({ path: "link.csv" })).toMatchObject({ rows: 1 });
    symlinkSync(join(scene.folder, "secret.csv"), join(scene.folder, "data", "out.csv"));
    symlinkSync(scene.folder, join(scene.folder, "data", "up"));
    for (const path of ["out.csv", "o*.csv", "up/secret.csv", "up/*.csv"]) {
      const { presence } = await scene.probe({ path });
      expect(presence).toMatchObject({ state: "unreachable", code: "PATH_OUTSIDE_PROJECT" });
    }
  });

  test("a folder, a loop of links and a file as folder are answers", async () => {
    scene.write("d/a.csv", "id\n1\n");
    symlinkSync("loop.csv", join(scene.folder, "data", "loop.csv"));
    expect((await scene.probe({ path: "d", format: "csv" })).presence).toMatchObject({
      state: "unreachable",
      code: "SOURCE_UNREADABLE",
      detail: expect.stringContaining("folder"),
    });
    expect((await scene.probe({ path: "loop.csv" })).presence.state).toBe("unreachable");
    expect((await scene.probe({ path: "d/a.csv/b.csv" })).presence.state).toBe("missing");
    expect(await codeOf(openSession(fileConnector, { root: "data/d/a.csv" }, scene.folder))).toBe(
      "CONNECTION_FAILED",
    );
  });
});

describe("a fingerprint", () => {
  /** Old enough that its stamp is trusted. */
  function age(file: string): void {
    const past = new Date(Date.now() - 60_000);
    utimesSync(file, past, past);
  }

  test("sees one changed byte though size and modification time stay", async () => {
    const file = scene.write("a.csv", "id\n1\n");
    age(file);
    const before = await scene.probe({ path: "a.csv" });
    const { atime, mtime } = statSync(file);
    writeFileSync(file, "id\n2\n");
    utimesSync(file, atime, mtime);
    const after = await scene.probe({ path: "a.csv" }, before.memo);
    expect(after.changedAt).toBe(before.changedAt);
    expect(after.fingerprint).not.toBe(before.fingerprint);
  });

  test("sees a file replaced by a rename", async () => {
    const file = scene.write("a.csv", "id\n1\n");
    age(file);
    const before = await scene.probe({ path: "a.csv" });
    const { atime, mtime } = statSync(file);
    const other = scene.write("b.tmp", "id\n2\n");
    utimesSync(other, atime, mtime);
    renameSync(other, file);
    expect((await scene.probe({ path: "a.csv" }, before.memo)).fingerprint).not.toBe(
      before.fingerprint,
    );
  });

  test("sees a new, a removed and a renamed file of a pattern", async () => {
    scene.write("a.csv", "id\n1\n");
    const one = await scene.probe({ path: "*.csv" });
    const b = scene.write("b.csv", "id\n1\n");
    const two = await scene.probe({ path: "*.csv" }, one.memo);
    renameSync(b, join(scene.folder, "data", "c.csv"));
    const three = await scene.probe({ path: "*.csv" }, two.memo);
    rmSync(join(scene.folder, "data", "c.csv"));
    const four = await scene.probe({ path: "*.csv" }, three.memo);
    expect(new Set([one, two, three].map((each) => each.fingerprint)).size).toBe(3);
    expect(four.fingerprint).toBe(one.fingerprint);
  });

  test("is the same for the same bytes at another place, time and reading", async () => {
    const file = scene.write("a.csv", "id\n1\n");
    const before = await scene.probe({ path: "a.csv" });
    age(file);
    expect((await scene.probe({ path: "a.csv" })).fingerprint).toBe(before.fingerprint);
    expect((await scene.probe({ path: "a.csv", types: { id: "VARCHAR" } })).fingerprint).toBe(
      before.fingerprint,
    );
  });

  test("a fresh file is never believed by its stamp", async () => {
    scene.write("a.csv", "id\n1\n");
    const { memo } = await scene.probe({ path: "a.csv" });
    expect(memo).toMatchObject({ files: [] });
  });

  test("an old file's stamp is remembered, and a memo of other options is not used", async () => {
    const open = (now: number) =>
      fileConnector.open(
        { name: "c", connector: "file", options: {}, probeTimeoutMs: 1, watchMs: null },
        {
          options: { root: "data" },
          projectFolder: scene.folder,
          log: silentLog,
          now: () => now,
        },
      );
    scene.write("a.csv", "id\n1\n");
    await using later = await open(Date.now() + 60_000);
    const source = sourceOf(fileConnector, { path: "a.csv" });
    const { memo } = await later.probe({ source, memo: null, loaded: null }, never);
    expect(memo).toMatchObject({ files: [{ path: "a.csv" }] });
    const typed = sourceOf(fileConnector, { path: "a.csv", types: { id: "VARCHAR" } });
    const again = await later.probe({ source: typed, memo, loaded: null }, never);
    expect(again.schema?.columns[0]?.type).toBe("VARCHAR");
  });
});

describe("appending a pattern's files", () => {
  const locator = { path: "d/*.csv" };
  const append = (cursor: Json) => scene.extract(locator, { strategy: "append", cursor });

  test("takes each file once", async () => {
    scene.write("d/1.csv", "id\n1\n");
    const first = await append(null);
    expect(first).toMatchObject({ scope: "full", rows: 1 });
    scene.write("d/2.csv", "id,more\n2,x\n");
    const second = await append(first.cursor);
    expect(second).toMatchObject({ scope: "increment", rows: 1 });
    expect(second.files.map((file) => file.path)).toEqual([join(scene.folder, "data/d/2.csv")]);
    expect(second.columns.map((column) => column.name)).toEqual(["id", "more"]);
    const third = await append(second.cursor);
    expect(third).toMatchObject({ scope: "increment", rows: 0, files: [], cursor: second.cursor });
  });

  test("reads a file again that changed after it was loaded, in place of its earlier rows", async () => {
    scene.write("d/1.csv", "id\n1\n");
    scene.write("d/2.csv", "id\n2\n");
    const { cursor } = await append(null);
    scene.write("d/1.csv", "id\n1\n3\n");
    scene.write("d/3.csv", "id\n3\n");
    const corrected = await append(cursor);
    expect(corrected).toMatchObject({ scope: "increment", rows: 3, replaces: ["d/1.csv"] });
    expect(corrected.files.map((file) => file.name)).toEqual(["d/1.csv", "d/3.csv"]);
    expect(await append(corrected.cursor)).toMatchObject({ files: [], replaces: [] });
  });

  test("takes back the rows of a file that is empty now", async () => {
    scene.write("d/1.csv", "id\n1\n");
    scene.write("d/2.csv", "id\n2\n");
    const { cursor } = await append(null);
    scene.write("d/1.csv", "");
    expect(await append(cursor)).toMatchObject({ files: [], replaces: ["d/1.csv"] });
  });

  test("finds the rows of a moved file under its old path when it is corrected", async () => {
    const one = scene.write("d/1.csv", "id\n1\n");
    const { cursor } = await append(null);
    renameSync(one, scene.pathOf("d/9.csv"));
    const moved = await append(cursor);
    scene.write("d/9.csv", "id\n2\n");
    const corrected = await append(moved.cursor);
    expect(corrected).toMatchObject({ replaces: ["d/1.csv"], rows: 1 });
    scene.write("d/9.csv", "id\n4\n");
    expect(await append(corrected.cursor)).toMatchObject({ replaces: ["d/9.csv"] });
  });

  test("reads both of two files anew when one took the path of the other", async () => {
    const one = scene.write("d/1.csv", "id\n1\n");
    const { cursor } = await append(null);
    renameSync(one, scene.pathOf("d/9.csv"));
    const moved = await append(cursor);
    scene.write("d/1.csv", "id\n2\n");
    const both = await append(moved.cursor);
    expect(both).toMatchObject({ replaces: ["d/1.csv"], rows: 2 });
    expect(both.files.map((file) => file.name)).toEqual(["d/1.csv", "d/9.csv"]);
    scene.write("d/9.csv", "id\n3\n");
    expect(await append(both.cursor)).toMatchObject({ replaces: ["d/9.csv"], rows: 1 });
  });

  test("reads both files anew when their names rotate within one cycle", async () => {
    const one = scene.write("d/log.csv", "id\n1\n");
    const { cursor } = await append(null);
    renameSync(one, scene.pathOf("d/log.1.csv"));
    scene.write("d/log.csv", "id\n2\n");
    const both = await append(cursor);
    expect(both).toMatchObject({ replaces: ["d/log.csv"], rows: 2 });
  });

  test("refuses a correction whose earlier rows are mixed with those of a file that is gone", async () => {
    const one = scene.write("d/1.csv", "id\n1\n");
    const first = await append(null);
    renameSync(one, scene.pathOf("d/9.csv"));
    const second = await append(first.cursor);
    rmSync(scene.pathOf("d/9.csv"));
    scene.write("d/1.csv", "id\n2\n");
    const third = await append(second.cursor);
    expect(third).toMatchObject({ replaces: [], rows: 1 });
    scene.write("d/1.csv", "id\n3\n");
    expect(await codeOf(append(third.cursor))).toBe("SOURCE_REWRITTEN");
  });

  test("refuses to go on from a cursor that is of no files", async () => {
    scene.write("d/1.csv", "id\n1\n");
    expect(await codeOf(append({ version: 1, kind: "column" }))).toBe("SOURCE_REWRITTEN");
  });

  test("knows a renamed file again, and takes a copy for new", async () => {
    const one = scene.write("d/1.csv", "id\n1\n");
    const { cursor } = await append(null);
    renameSync(one, join(scene.folder, "data/d/9.csv"));
    const moved = await append(cursor);
    expect(moved.files).toEqual([]);
    scene.write("d/copy.csv", "id\n1\n");
    expect((await append(moved.cursor)).files).toHaveLength(1);
  });

  test("takes a new file for new though one that left long ago had the same content", async () => {
    scene.write("d/old.csv", "id\n0\n");
    const mon = scene.write("d/mon.csv", "id\n1\n");
    const first = await append(null);
    rmSync(mon);
    scene.write("d/tue.csv", "id\n2\n");
    const second = await append(first.cursor);
    expect(second.rows).toBe(1);
    scene.write("d/thu.csv", "id\n1\n");
    const third = await append(second.cursor);
    expect(third.files.map((file) => file.path)).toEqual([join(scene.folder, "data/d/thu.csv")]);
    scene.write("d/mon.csv", "id\n1\n");
    expect((await append(third.cursor)).files).toEqual([]);
    scene.write("d/mon.csv", "id\n3\n");
    expect(await append(third.cursor)).toMatchObject({ replaces: ["d/mon.csv"], rows: 1 });
  });

  test.each(["replace", "merge"] as const)("goes on from what %s took", async (strategy) => {
    scene.write("d/1.csv", "id\n1\n");
    const { cursor } = await scene.extract(locator, { strategy });
    scene.write("d/2.csv", "id\n2\n");
    expect(await append(cursor)).toMatchObject({ scope: "increment", rows: 1 });
  });

  test("knows after a replacement only what that took, after a merge what went before", async () => {
    const one = scene.write("d/1.csv", "id\n1\n");
    const { cursor } = await append(null);
    rmSync(one);
    scene.write("d/2.csv", "id\n2\n");
    const replaced = await scene.extract(locator, { strategy: "replace", cursor });
    const merged = await scene.extract(locator, { strategy: "merge", cursor });
    expect([replaced.scope, merged.scope]).toEqual(["full", "full"]);
    scene.write("d/1.csv", "id\n1\n");
    expect((await append(replaced.cursor)).rows).toBe(1);
    expect((await append(merged.cursor)).rows).toBe(0);
  });
});

describe("discovery", () => {
  test("makes each match a source, named by the template", async () => {
    scene.write("regions/North America.csv", "id\n1\n");
    scene.write("regions/2020-eu.csv.gz", gzipSync("id\n1\n"));
    const found = await scene.discover({
      path: "regions/*.csv*",
      name: "region_{1}",
      types: { id: "VARCHAR" },
    });
    expect(found.map((one) => one.name)).toEqual(["region_2020_eu", "region_north_america"]);
    expect(found[1]?.locator).toMatchObject({
      path: "regions/North America.csv",
      types: { id: "VARCHAR" },
    });
    const stems = await scene.discover({ path: "**/*.csv*", name: "{dir}_{stem}" });
    expect(stems.map((one) => one.name)).toEqual(["regions_2020_eu", "regions_north_america"]);
    expect((await scene.discover({ path: "*/*.gz" })).map((one) => one.name)).toEqual(["_2020_eu"]);
  });

  test("names that would be equal keep apart, whatever else comes and goes", async () => {
    scene.write("a/x.csv", "id\n1\n");
    scene.write("b/x.csv", "id\n1\n");
    const two = await scene.discover({ path: "*/x.csv" });
    expect(new Set(two.map((one) => one.name)).size).toBe(2);
    scene.write("0/x.csv", "id\n1\n");
    const three = await scene.discover({ path: "*/x.csv" });
    expect(three.slice(1)).toEqual(two);
  });

  test("finds nothing in an empty folder, and refuses an unknown placeholder", async () => {
    expect(await scene.discover({ path: "*.csv" })).toEqual([]);
    expect(fileConnector.schemas.pattern.safeParse({ path: "*", name: "{nonsense}" }).success).toBe(
      false,
    );
  });
});

test("closing a session removes what it put aside, and leaves what it staged", async () => {
  scene.write("text.csv", Buffer.from("id,n\n1,caf\xe9\n", "latin1"));
  vi.stubEnv("TMPDIR", scene.folder);
  const draft = await scene.extract({ path: "text.csv" });
  const aside = () => readdirSync(scene.folder).filter((name) => name.startsWith("sluice-file-"));
  expect(aside()).toHaveLength(1);
  await scene.session[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
  expect(aside()).toEqual([]);
  expect(existsSync(draft.files[0]?.path ?? "")).toBe(true);
});
