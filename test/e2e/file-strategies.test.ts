import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fileConnector } from "../../src/connectors/file/file-connector.ts";
import { plainLoading } from "../../src/core/project/load-options.ts";
import type { LoadStrategy } from "../../src/core/project/project.ts";
import { hashOf } from "../../src/core/std/hash.ts";
import { folderStaging } from "../../src/stagings/folder/folder-staging.ts";
import { openDuckdbWarehouse } from "../../src/warehouses/duckdb/open-duckdb-warehouse.ts";
import { never, sourceOf } from "../contract/connector-contract.ts";
import { loadOf } from "../contract/warehouse-requests.ts";
import { type FileScene, fileScene } from "../support/file-scene.ts";

let scene: FileScene;
beforeEach(async () => {
  scene = await fileScene();
});
afterEach(() => scene[Symbol.asyncDispose]());

test.each(["replace", "merge"] as const)(
  "no row is there twice when append follows %s, whose files it does not load again",
  async (before) => {
    await using warehouse = await openDuckdbWarehouse({
      path: join(scene.folder, "w.duckdb"),
      memoryLimit: "512MB",
    });
    const staging = folderStaging(join(scene.folder, "staging"));
    const key = ["id"];
    let runs = 0;
    const run = async (strategy: LoadStrategy) => {
      const source = sourceOf(fileConnector, { path: "d/*.csv" }, { strategy, key });
      const cursorBefore = strategy === "replace" ? null : await warehouse.cursor("subject");
      runs += 1;
      const manifest = await staging.stage("subject", hashOf(runs), (folder) =>
        scene.session.extract({ source, folder, cursor: cursorBefore }, never),
      );
      await warehouse.load([loadOf(manifest, { strategy, key, cursorBefore })], never);
      const { rows } = await warehouse.query("SELECT id, v FROM raw.subject ORDER BY ALL", 9);
      return rows.map((row) => row.join(" "));
    };
    scene.write("d/1.csv", "id,v\n1,a\n2,b\n");
    expect(await run(before)).toEqual(["1 a", "2 b"]);
    expect(await run("append")).toEqual(["1 a", "2 b"]);
    scene.write("d/2.csv", "id,v\n3,c\n");
    expect(await run("append")).toEqual(["1 a", "2 b", "3 c"]);
    expect(await run(before)).toEqual(["1 a", "2 b", "3 c"]);
    scene.write("d/3.csv", "id,v\n4,d\n");
    expect(await run("append")).toEqual(["1 a", "2 b", "3 c", "4 d"]);
  },
);

test.each(["9223372036854775808", "12345678901234567890123"])(
  "ids like %s stay apart in a merged table",
  async (id) => {
    await using warehouse = await openDuckdbWarehouse({
      path: join(scene.folder, "w.duckdb"),
      memoryLimit: "512MB",
    });
    const staging = folderStaging(join(scene.folder, "staging"));
    const ids = [0n, 1n, 2n].map((more) => String(BigInt(id) + more));
    scene.write("ids.ndjson", ids.map((one) => `{"id":${one},"o":{"x":${one}}}\n`).join(""));
    const given = { strategy: "merge", key: ["id"] } as const;
    const source = sourceOf(fileConnector, { path: "ids.ndjson" }, given);
    const manifest = await staging.stage("subject", hashOf(id), (folder) =>
      scene.session.extract({ source, folder, cursor: null }, never),
    );
    await warehouse.load([loadOf(manifest, given)], never);
    const { rows } = await warehouse.query("SELECT id, o FROM raw.subject ORDER BY id", 9);
    expect(rows).toEqual(ids.map((one) => [one, `{"x":${one}}`]));
  },
);

test("a file that cannot be read keeps what its partition held, until it can", async () => {
  await using warehouse = await openDuckdbWarehouse({
    path: join(scene.folder, "w.duckdb"),
    memoryLimit: "512MB",
  });
  const staging = folderStaging(join(scene.folder, "staging"));
  const loading = { ...plainLoading, partitionBy: ["path"] };
  const given = { strategy: "partition", loading } as const;
  const source = sourceOf(fileConnector, { path: "d/*.parquet", file_column: "path" }, given);
  let runs = 0;
  const run = async () => {
    const cursorBefore = await warehouse.cursor("subject");
    runs += 1;
    const manifest = await staging.stage("subject", hashOf(runs), (folder) =>
      scene.session.extract({ source, folder, cursor: cursorBefore, mayLeaveOut: true }, never),
    );
    await warehouse.load([loadOf(manifest, { ...given, cursorBefore })], never);
    const { rows } = await warehouse.query("SELECT path, id FROM raw.subject ORDER BY ALL", 9);
    return rows.map((row) => row.join(" "));
  };
  const [one, two, three] = await Promise.all(
    [1, 2, 3].map((id) => parquetOf(`SELECT ${id} AS id`)),
  );
  scene.write("d/1.parquet", one ?? "");
  scene.write("d/2.parquet", two ?? "");
  expect(await run()).toEqual(["d/1.parquet 1", "d/2.parquet 2"]);
  scene.write("d/1.parquet", three ?? "");
  scene.write("d/2.parquet", (two ?? new Uint8Array()).slice(0, 20));
  expect(await run()).toEqual(["d/1.parquet 3", "d/2.parquet 2"]);
  scene.write("d/2.parquet", one ?? "");
  expect(await run()).toEqual(["d/1.parquet 3", "d/2.parquet 1"]);
});

async function parquetOf(sql: string): Promise<Uint8Array> {
  const path = join(scene.folder, `${hashOf(sql).slice(0, 8)}.parquet`);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return readFileSync(path);
}

test.each(["path", "day"])("files are partitions of a table, by column %s", async (column) => {
  await using warehouse = await openDuckdbWarehouse({
    path: join(scene.folder, "w.duckdb"),
    memoryLimit: "512MB",
  });
  const staging = folderStaging(join(scene.folder, "staging"));
  const loading = { ...plainLoading, partitionBy: [column] };
  const given = { strategy: "partition", loading } as const;
  const source = sourceOf(fileConnector, { path: "d/*.csv", file_column: "path" }, given);
  let runs = 0;
  const run = async () => {
    const cursorBefore = await warehouse.cursor("subject");
    runs += 1;
    const manifest = await staging.stage("subject", hashOf(runs), (folder) =>
      scene.session.extract({ source, folder, cursor: cursorBefore }, never),
    );
    await warehouse.load([loadOf(manifest, { ...given, cursorBefore })], never);
    const { rows } = await warehouse.query("SELECT id, path FROM raw.subject ORDER BY ALL", 9);
    return { rows: rows.map((row) => row.join(" ")), files: manifest.files.length };
  };
  const isByFile = column === "path";
  scene.write("d/1.csv", "id,day\n1,2024-01-01\n2,2024-01-02\n");
  scene.write("d/2.csv", "id,day\n3,2024-01-02\n");
  const first = ["1 d/1.csv", "2 d/1.csv", "3 d/2.csv"];
  expect(await run()).toEqual({ rows: first, files: 2 });
  scene.write("d/1.csv", "id,day\n4,2024-01-01\n");
  scene.write("d/3.csv", "id,day\n5,2024-01-03\n");
  const second = ["3 d/2.csv", "4 d/1.csv", "5 d/3.csv"];
  expect(await run()).toEqual({ rows: second, files: isByFile ? 2 : 3 });
  rmSync(scene.pathOf("d/2.csv"));
  scene.write("d/3.csv", "");
  expect((await run()).rows).toEqual(["4 d/1.csv"]);
  scene.write("d/2.csv", "id,day\n6,2024-01-09\n");
  expect(await run()).toEqual({ rows: ["4 d/1.csv", "6 d/2.csv"], files: isByFile ? 1 : 2 });
});

test("an empty file with declared columns empties its table, whose columns stay", async () => {
  await using warehouse = await openDuckdbWarehouse({
    path: join(scene.folder, "w.duckdb"),
    memoryLimit: "512MB",
  });
  const staging = folderStaging(join(scene.folder, "staging"));
  const locator = { path: "a.csv", types: { id: "BIGINT", v: "VARCHAR" } };
  const source = sourceOf(fileConnector, locator);
  for (const text of ["id,v\n1,a\n", ""]) {
    scene.write("a.csv", text);
    const manifest = await staging.stage("subject", hashOf(text), (folder) =>
      scene.session.extract({ source, folder, cursor: null }, never),
    );
    await warehouse.load([loadOf(manifest)], never);
  }
  const { rows } = await warehouse.query("SELECT count(id), count(v) FROM raw.subject", 1);
  expect(rows.map((row) => row.map(Number))).toEqual([[0, 0]]);
});
