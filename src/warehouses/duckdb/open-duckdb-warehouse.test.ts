import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { plainLoading } from "../../core/project/load-options.ts";
import { hashText } from "../../core/std/hash.ts";
import type { Manifest } from "../../ports/staging.ts";
import type { LoadRequest, Warehouse } from "../../ports/warehouse.ts";
import { openDuckdbWarehouse } from "./open-duckdb-warehouse.ts";

const signal = new AbortController().signal;
const provenance = {
  run: "run-1",
  task: "task",
  blueprint: hashText("b"),
  decision: hashText("d"),
  at: 0,
  epoch: 1,
};

describe("openDuckdbWarehouse", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sluice-duckdb-"));
    path = join(folder, "warehouse.duckdb");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function loadOf(file: string, draft: Partial<Manifest> = {}): LoadRequest {
    const manifest: Manifest = {
      id: hashText(file),
      source: "s",
      extraction: hashText("e"),
      format: {
        type: "csv",
        delimiter: ",",
        quote: '"',
        hasHeader: true,
        nullText: "",
        isQuotedNull: true,
        encoding: "utf-8",
      },
      compression: "none",
      files: [
        {
          path: file,
          bytes: 0,
          sha256: hashText(""),
          rows: null,
          isOwned: false,
          stamp: null,
          name: null,
        },
      ],
      columns: [{ name: "a", type: "VARCHAR", nullable: true }],
      scope: "full",
      rows: null,
      cursor: null,
      replaces: [],
      fileColumn: null,
      ...draft,
    };
    return {
      source: "s",
      target: { schema: "raw", name: "s" },
      strategy: "replace",
      key: [],
      loading: plainLoading,
      manifest,
      cursorBefore: null,
      fingerprint: manifest.id,
      gates: [],
      partRows: null,
      keepVersions: 0,
      provenance,
    };
  }

  function build(
    warehouse: Warehouse,
    name: string,
    sql: string,
    materialize: "table" | "view" = "table",
  ) {
    const request = {
      model: name,
      target: { schema: "main", name },
      materialize,
      sql,
      fingerprint: hashText(sql),
      gates: [],
      emptyInputs: [],
      keepVersions: 0,
      adapters: [],
      provenance,
    };
    return warehouse.transform(request, signal);
  }

  test("a file that another process holds is locked, and the message names the process", async () => {
    const script = `
      import { DuckDBInstance } from "@duckdb/node-api";
      await (await DuckDBInstance.create(${JSON.stringify(path)})).connect();
      console.log("open");
      process.stdin.resume();`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    try {
      await once(child.stdout, "data");
      await expect(openDuckdbWarehouse({ path })).rejects.toMatchObject({
        code: "WAREHOUSE_LOCKED",
        message: expect.stringContaining(`PID ${child.pid}`),
      });
    } finally {
      child.kill("SIGKILL");
      await once(child, "close");
    }
    await using warehouse = await openDuckdbWarehouse({ path });
    expect((await warehouse.outputs()).size).toBe(0);
  });

  test.each([
    [
      "no database",
      () => writeFileSync(join(folder, "x"), "hello, this is no database at all"),
      "x",
    ],
    ["a folder", () => mkdirSync(join(folder, "x")), "x"],
    ["in no folder", () => undefined, "nowhere/x"],
  ])("a path that is %s is invalid", async (_, prepare, name) => {
    prepare();
    await expect(openDuckdbWarehouse({ path: join(folder, name) })).rejects.toMatchObject({
      code: "WAREHOUSE_INVALID",
      message: expect.stringContaining(join(folder, name)),
    });
  });

  test("a relative path is refused", async () => {
    await expect(openDuckdbWarehouse({ path: "x.duckdb" })).rejects.toMatchObject({
      code: "WAREHOUSE_INVALID",
    });
  });

  test("a ledger of a newer version is left alone", async () => {
    await (await openDuckdbWarehouse({ path }))[Symbol.asyncDispose]();
    await change(path, "INSERT INTO w._sluice.versions VALUES (99)");
    await expect(openDuckdbWarehouse({ path })).rejects.toMatchObject({
      code: "WAREHOUSE_INVALID",
      message: expect.stringContaining("version 99"),
    });
  });

  test("tables and views that Sluice did not make are not written over", async () => {
    await (await openDuckdbWarehouse({ path }))[Symbol.asyncDispose]();
    await change(path, "CREATE TABLE w.main.theirs AS SELECT 1 AS a");
    await change(path, "CREATE VIEW w.raw.s AS SELECT 1 AS a");
    const file = join(folder, "a.csv");
    writeFileSync(file, "a\nx\n");
    await using warehouse = await openDuckdbWarehouse({ path });
    const foreign = { code: "WAREHOUSE_REFUSED", message: expect.stringContaining("did not make") };
    await expect(build(warehouse, "theirs", "SELECT 2 AS a")).rejects.toMatchObject(foreign);
    await expect(warehouse.load([loadOf(file)], signal)).rejects.toMatchObject(foreign);
    expect((await warehouse.query("FROM main.theirs", 5)).rows).toEqual([[1]]);
  });

  test("a dropped table is loaded again, and its cursor begins again", async () => {
    const file = join(folder, "a.csv");
    writeFileSync(file, "a\nx\n");
    const request: LoadRequest = { ...loadOf(file, { cursor: 5 }), strategy: "append" };
    const first = await openDuckdbWarehouse({ path });
    await first.load([request], signal);
    expect(await first.cursor("s")).toBe(5);
    await first[Symbol.asyncDispose]();
    await change(path, "DROP TABLE w.raw.s");
    await using warehouse = await openDuckdbWarehouse({ path });
    expect((await warehouse.outputs()).get("raw.s")?.exists).toBe(false);
    expect(await warehouse.cursor("s")).toBeNull();
    expect(await warehouse.load([request], signal)).toMatchObject([{ isRepeat: false }]);
    expect(await warehouse.cursor("s")).toBe(5);
  });

  test("with readable folders the engine itself reads nothing else, and still writes and spills", async () => {
    const inside = join(folder, "in[1]*");
    mkdirSync(inside);
    writeFileSync(join(inside, "a?.csv"), "a\nx\n");
    writeFileSync(join(folder, "outside.csv"), "a\nx\n");
    await using warehouse = await openDuckdbWarehouse({
      path,
      readableFolders: [inside],
      memoryLimit: "100MB",
      threads: 1,
    });
    await warehouse.load([loadOf(join(inside, "a?.csv"))], signal);
    await expect(
      warehouse.load([loadOf(join(folder, "outside.csv"))], signal),
    ).rejects.toMatchObject({
      code: "WAREHOUSE_REFUSED",
      message: expect.stringContaining("access"),
    });
    const sorted = "SELECT range AS a, md5(range::VARCHAR) AS h FROM range(2000000) ORDER BY h";
    expect(await build(warehouse, "sorted", sorted)).toMatchObject({ rows: 2_000_000 });
    await warehouse.checkpoint();
    expect((await warehouse.query("FROM raw.s", 5)).rows).toEqual([["x"]]);
  });

  test("compressed files and files in other encodings are read", async () => {
    const file = join(folder, "a.csv.gz");
    writeFileSync(file, gzipSync(Buffer.from("a\né\n")));
    const other = join(folder, "l.csv");
    writeFileSync(other, Buffer.from("b,a\n1,é\n", "latin1"));
    await using warehouse = await openDuckdbWarehouse({ path });
    await warehouse.load([loadOf(file, { compression: "gzip" })], signal);
    expect((await warehouse.query("FROM raw.s", 5)).rows).toEqual([["é"]]);
    const columns = ["a", "b"].map((name) => ({ name, type: "VARCHAR", nullable: true }));
    const { format, files } = loadOf(other).manifest;
    if (format.type !== "csv") throw new Error("it is CSV");
    const both = [...files, ...files];
    const request = loadOf(other, {
      columns,
      files: both,
      format: { ...format, encoding: "latin-1" },
    });
    await warehouse.load([request], signal);
    expect((await warehouse.query("FROM raw.s", 5)).rows).toEqual([
      ["é", "1"],
      ["é", "1"],
    ]);
  });

  test("a staged file that is gone is a staging error", async () => {
    await using warehouse = await openDuckdbWarehouse({ path });
    await expect(warehouse.load([loadOf(join(folder, "gone.csv"))], signal)).rejects.toMatchObject({
      code: "STAGING_INVALID",
    });
  });

  test("what another kind of relation has taken the place of is not there any more", async () => {
    const file = join(folder, "a.csv");
    writeFileSync(file, "a\nx\n");
    {
      await using warehouse = await openDuckdbWarehouse({ path });
      await build(warehouse, "t", "SELECT 1 AS a");
      await build(warehouse, "v", "SELECT 1 AS a", "view");
      await warehouse.load([loadOf(file)], signal);
      const outputs = [...(await warehouse.outputs()).values()];
      expect(outputs.map(({ exists }) => exists)).toEqual([true, true, true]);
    }
    await change(
      path,
      `DROP TABLE w.main.t; CREATE VIEW w.main.t AS SELECT 42 AS a;
       DROP VIEW w.main.v; CREATE TABLE w.main.v AS SELECT 42 AS a;
       DROP TABLE w.raw.s; CREATE VIEW w.raw.s AS SELECT 42 AS a;`,
    );
    await using warehouse = await openDuckdbWarehouse({ path });
    const outputs = [...(await warehouse.outputs()).values()];
    expect(outputs.map(({ exists }) => exists)).toEqual([false, false, false]);
    const [again] = await warehouse.load([loadOf(file)], signal);
    expect(again).toMatchObject({ isRepeat: false, rowsInserted: 1 });
    await build(warehouse, "v", "SELECT 1 AS a", "view");
    expect((await warehouse.query("FROM main.v", 1)).rows).toEqual([[1]]);
  });

  test("a ledger of the first version is brought to this one, with what it holds", async () => {
    {
      await using warehouse = await openDuckdbWarehouse({ path });
      await build(warehouse, "t", "SELECT 1 AS a");
    }
    await change(
      path,
      `ALTER TABLE w._sluice.loads DROP COLUMN rows_superseded;
       ALTER TABLE w._sluice.loads DROP COLUMN rows_replaced;
       ALTER TABLE w._sluice.loads DROP COLUMN rows_deleted;
       ALTER TABLE w._sluice.loads DROP COLUMN stands;
       ALTER TABLE w._sluice.loads DROP COLUMN undoes;
       ALTER TABLE w._sluice.loads DROP COLUMN condemned;
       ALTER TABLE w._sluice.loads DROP COLUMN reason;
       DROP TABLE w._sluice.kept;
       DROP TABLE w._sluice.releases;
       DROP TABLE w._sluice.adapters;
       DROP TABLE w._sluice.epoch;
       DELETE FROM w._sluice.versions WHERE version > 1;`,
    );
    await using warehouse = await openDuckdbWarehouse({ path });
    expect(await build(warehouse, "t", "SELECT 1 AS a")).toMatchObject({ isRepeat: true });
    expect(await build(warehouse, "t", "SELECT 2 AS a")).toMatchObject({ isRepeat: false });
  });

  test("types that are no types and reserved names are refused", async () => {
    const file = join(folder, "a.csv");
    writeFileSync(file, "a\nx\n");
    await using warehouse = await openDuckdbWarehouse({ path });
    for (const column of [
      { name: "a", type: "BIGINT, (SELECT 1)" },
      { name: "a", type: "NOPE" },
      { name: "_load_id", type: "VARCHAR" },
    ]) {
      const request = loadOf(file, { columns: [{ ...column, nullable: true }] });
      await expect(warehouse.load([request], signal)).rejects.toMatchObject({
        code: "STATEMENT_INVALID",
      });
    }
  });
});

/** Changes a warehouse's file behind its back. */
async function change(path: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`ATTACH '${path}' AS w`);
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}
