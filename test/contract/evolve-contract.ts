import { join } from "node:path";
import { expect, test } from "vitest";
import type { Json } from "../../src/core/std/json.ts";
import { writeFiles } from "../support/write-files.ts";
import { csv, loadOf, manifestOf, never } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

const append = { strategy: "append" } as const;
const ndjson = { format: { type: "ndjson" } } as const;

/** How a table that several loads share takes on shapes that it did not have. */
export function evolveContract(scene: WarehouseScene): void {
  const { staged, load, rowsOf } = scene;

  const typesOf = async (table: string) =>
    Object.fromEntries(
      (
        await rowsOf(
          `SELECT column_name, data_type FROM information_schema.columns
           WHERE table_schema = 'raw' AND table_name = '${table}'
             AND column_name NOT IN ('_load_id', '_loaded_at', '_file')
           ORDER BY ordinal_position`,
        )
      ).map(([name, type]) => [String(name), type]),
    );

  /** Writes rows as Parquet with the engine itself, so that they have exactly these types. */
  const parquet = async (source: string, select: string, columns: string) => {
    const path = join(scene.folder, `${source}-${Math.abs(hashText(select))}.parquet`);
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
    return manifestOf(source, [path], { format: { type: "parquet" }, columns });
  };

  test.each<{
    readonly what: string;
    readonly first: readonly [string, string];
    readonly second: readonly [string, string];
    readonly type: string;
    readonly values: readonly Json[];
  }>([
    {
      what: "whole numbers, then text",
      first: ["7", "v BIGINT"],
      second: ["n/a", "v VARCHAR"],
      type: "VARCHAR",
      values: ["7", "n/a"],
    },
    {
      what: "whole numbers, then zero-padded codes",
      first: ["1001", "v BIGINT"],
      second: ["01001", "v VARCHAR"],
      type: "VARCHAR",
      values: ["1001", "01001"],
    },
    {
      what: "whole numbers that a DOUBLE holds, then fractions",
      first: ["7", "v BIGINT"],
      second: ["1.5", "v DOUBLE"],
      type: "DOUBLE",
      values: [7, 1.5],
    },
    {
      what: "a whole number that no DOUBLE holds, then fractions",
      first: ["9007199254740993", "v BIGINT"],
      second: ["1.5", "v DOUBLE"],
      type: "DECIMAL(38,9)",
      values: ["9007199254740993.000000000", "1.500000000"],
    },
    {
      what: "fractions, then a whole number that no DOUBLE holds",
      first: ["1.5", "v DOUBLE"],
      second: ["9007199254740993", "v BIGINT"],
      type: "DECIMAL(38,9)",
      values: ["1.500000000", "9007199254740993.000000000"],
    },
    {
      what: "numbers that no number type holds together",
      first: ["1e300", "v DOUBLE"],
      second: ["9007199254740993", "v BIGINT"],
      type: "VARCHAR",
      values: ["1e+300", "9007199254740993"],
    },
    {
      what: "decimals, then longer fractions",
      first: ["1.25", "v DECIMAL(10,2)"],
      second: ["1.2345", "v DECIMAL(10,4)"],
      type: "DECIMAL(12,4)",
      values: ["1.2500", "1.2345"],
    },
    {
      what: "days, then times",
      first: ["2020-01-02", "v DATE"],
      second: ["2020-01-03 04:05:06", "v TIMESTAMP"],
      type: "TIMESTAMP",
      values: ["2020-01-02T00:00:00", "2020-01-03T04:05:06"],
    },
    {
      what: "times, then instants",
      first: ["2020-01-02 00:00:00", "v TIMESTAMP"],
      second: ["2020-01-03 04:05:06+02", "v TIMESTAMP WITH TIME ZONE"],
      type: "TIMESTAMP WITH TIME ZONE",
      values: ["2020-01-02T00:00:00+00", "2020-01-03T02:05:06+00"],
    },
    {
      what: "days, then whole numbers",
      first: ["2020-01-02", "v DATE"],
      second: ["0012", "v BIGINT"],
      type: "VARCHAR",
      values: ["2020-01-02", "0012"],
    },
    {
      what: "yes and no, then numbers",
      first: ["true", "v BOOLEAN"],
      second: ["1", "v BIGINT"],
      type: "VARCHAR",
      values: ["true", "1"],
    },
  ])("a value stays what it is: $what", async ({ first, second, type, values }) => {
    await load(loadOf(staged("e", `v\n${first[0]}\n`, first[1]), append));
    const outcome = await load(loadOf(staged("e", `v\n${second[0]}\n`, second[1]), append));
    expect(outcome).toMatchObject({ rowsInserted: 1, rowsQuarantined: 0 });
    expect(await typesOf("e")).toEqual({ v: type });
    expect(await rowsOf("SELECT v FROM raw.e ORDER BY rowid")).toEqual(values.map((one) => [one]));
  });

  test.each([
    {
      what: "3.7 into BIGINT",
      first: "1::BIGINT",
      second: "3.7::DOUBLE",
      type: "DOUBLE",
      values: ["1.0", "3.7"],
    },
    {
      what: "2^53+1 into DOUBLE",
      first: "0.5::DOUBLE",
      second: "9007199254740993::BIGINT",
      type: "DECIMAL(38,9)",
      values: ["0.500000000", "9007199254740993.000000000"],
    },
    {
      what: "a longer fraction into DECIMAL",
      first: "1.2::DECIMAL(4,1)",
      second: "1.234::DECIMAL(4,3)",
      type: "DECIMAL(6,3)",
      values: ["1.2", "1.234"],
    },
    {
      what: "an instant into TIMESTAMP",
      first: "TIMESTAMP '2020-01-01 10:00:00'",
      second: "TIMESTAMPTZ '2020-01-01 10:00:00+05'",
      type: "TIMESTAMP WITH TIME ZONE",
      values: ['"2020-01-01 10:00:00+00"', '"2020-01-01 05:00:00+00"'],
    },
    {
      what: "nanoseconds into TIMESTAMP",
      first: "TIMESTAMP '2020-01-01 10:00:00'",
      second: "TIMESTAMP_NS '2020-01-01 10:00:00.123456789'",
      type: "TIMESTAMP_NS",
      values: ['"2020-01-01 10:00:00"', '"2020-01-01 10:00:00.123456789"'],
    },
    {
      what: "an unknown field into a struct",
      first: "{'a': 1::BIGINT}",
      second: "{'a': 2::BIGINT, 'b': 'x'}",
      type: "STRUCT(a BIGINT, b VARCHAR)",
      values: ['{"a":1,"b":null}', '{"a":2,"b":"x"}'],
    },
    {
      what: "a fraction inside a list of structs",
      first: "[{'a': 1::BIGINT}]",
      second: "[{'a': 1.5::DOUBLE}]",
      type: "STRUCT(a DOUBLE)[]",
      values: ['[{"a":1.0}]', '[{"a":1.5}]'],
    },
    {
      what: "a number beside a struct",
      first: "{'a': 1::BIGINT}",
      second: "5::BIGINT",
      type: "VARCHAR",
      values: ['"{\\"a\\":1}"', '"5"'],
    },
    {
      what: "a longer number into a narrower one",
      first: "1::INTEGER",
      second: "3000000000::BIGINT",
      type: "BIGINT",
      values: ["1", "3000000000"],
    },
    {
      what: "a signed beside an unsigned",
      first: "1::UBIGINT",
      second: "-1::BIGINT",
      type: "HUGEINT",
      values: ["1", "-1"],
    },
    {
      what: "a map of other values",
      first: "MAP {'k': 1::INTEGER}",
      second: "MAP {'k': 'x'}",
      type: "MAP(VARCHAR, VARCHAR)",
      values: ['{"k":"1"}', '{"k":"x"}'],
    },
  ])("typed rows never round: $what", async ({ first, second, type, values }) => {
    const selects = [first, second].map((value) => `SELECT ${value} AS v`);
    for (const select of selects) {
      const [described = []] = await rowsOf(`SELECT typeof(v) FROM (${select})`);
      await load(loadOf(await parquet("p", select, `v ${String(described[0])}`), append));
    }
    expect(await typesOf("p")).toEqual({ v: type });
    const texts = await rowsOf("SELECT CAST(to_json(v) AS VARCHAR) FROM raw.p ORDER BY rowid");
    expect(texts.map(([text]) => text)).toEqual(values);
  });

  test("columns that come are added, and columns that go stay, empty for the new rows", async () => {
    await load(loadOf(staged("c", "a,b\n1,x\n", "a BIGINT, b VARCHAR"), append));
    await load(loadOf(staged("c", "c,a\ny,2\n", "c VARCHAR, a BIGINT"), append));
    await load(loadOf(staged("c", "B,A\nz,3\n", "B VARCHAR, A BIGINT"), append));
    expect(await typesOf("c")).toEqual({ a: "BIGINT", b: "VARCHAR", c: "VARCHAR" });
    expect(await rowsOf("SELECT a, b, c FROM raw.c ORDER BY a")).toEqual([
      [1, "x", null],
      [2, null, "y"],
      [3, "z", null],
    ]);
  });

  test("a merged table takes on other types, also of its key, and finds its rows again", async () => {
    const merge = { strategy: "merge", key: ["id"] } as const;
    await load(loadOf(staged("m", "id,v\n1,10\n2,20\n", "id BIGINT, v BIGINT"), merge));
    const next = loadOf(
      staged("m", "id,v,w\n1,n/a,5\nx9,3,6\n", "id VARCHAR, v VARCHAR, w BIGINT"),
      merge,
    );
    expect(await load(next)).toMatchObject({ rowsInserted: 1, rowsUpdated: 1 });
    expect(await rowsOf("SELECT id, v, w FROM raw.m ORDER BY id")).toEqual([
      ["1", "n/a", 5],
      ["2", "20", null],
      ["x9", "3", 6],
    ]);
    expect(await load(next)).toMatchObject({ isRepeat: true });
  });

  test("a column without any value takes the type that the table has, or that comes later", async () => {
    await load(loadOf(staged("n", "id,v,w\n1,,5\n", "id BIGINT, v NULL, w BIGINT"), append));
    expect(await typesOf("n")).toEqual({ id: "BIGINT", v: "VARCHAR", w: "BIGINT" });
    await load(loadOf(staged("n", "id,v,w\n2,7,\n", "id BIGINT, v BIGINT, w NULL"), append));
    expect(await typesOf("n")).toEqual({ id: "BIGINT", v: "BIGINT", w: "BIGINT" });
    await load(loadOf(staged("n", "id,v,w\n3,,8\n", "id BIGINT, v NULL, w NULL"), append));
    expect(await typesOf("n")).toEqual({ id: "BIGINT", v: "BIGINT", w: "BIGINT" });
    await load(loadOf(staged("n", "id,v,w\n4,,09\n", "id BIGINT, v VARCHAR, w NULL"), append));
    expect(await typesOf("n")).toEqual({ id: "BIGINT", v: "BIGINT", w: "VARCHAR" });
    expect(await rowsOf("SELECT v, w FROM raw.n ORDER BY id")).toEqual([
      [null, "5"],
      [7, null],
      [null, "8"],
      [null, "09"],
    ]);
    const [output] = [...(await scene.warehouse.outputs()).values()];
    expect(output?.columns.map(({ type }) => type)).toEqual(["BIGINT", "VARCHAR", "VARCHAR"]);
  });

  test("nothing known inside lists and structs is refined once something is seen", async () => {
    const put = (text: string, columns: string) =>
      load(loadOf(staged("j", text, columns, ndjson), append));
    await put('{"l":[],"s":{"x":null,"y":1}}\n', "l NULL[], s STRUCT(x NULL, y BIGINT)");
    await put(
      '{"l":[1],"s":{"x":{"k":true},"y":2}}\n',
      "l BIGINT[], s STRUCT(x STRUCT(k BOOLEAN), y BIGINT)",
    );
    await put('{"l":[],"s":{"x":null,"y":3}}\n', "l NULL[], s STRUCT(x NULL, y BIGINT)");
    expect(await typesOf("j")).toEqual({
      l: "BIGINT[]",
      s: "STRUCT(x STRUCT(k BOOLEAN), y BIGINT)",
    });
    expect(await rowsOf("SELECT l, s FROM raw.j ORDER BY s.y")).toEqual([
      [[], { x: null, y: 1 }],
      [[1], { x: { k: true }, y: 2 }],
      [[], { x: null, y: 3 }],
    ]);
  });

  test("structs gain, lose and retype fields at any depth", async () => {
    const put = (text: string, columns: string) =>
      load(loadOf(staged("s", text, columns, ndjson), append));
    await put(
      '{"id":1,"o":{"a":1,"b":[{"c":"x"}]}}\n',
      "id BIGINT, o STRUCT(a BIGINT, b STRUCT(c VARCHAR)[])",
    );
    await put(
      '{"id":2,"o":{"A":"q","b":[{"d":5},{"c":"y"}]}}\n',
      "id BIGINT, o STRUCT(A VARCHAR, b STRUCT(d BIGINT, c VARCHAR)[])",
    );
    await put('{"id":3,"o":null}\n', "id BIGINT, o NULL");
    await put('{"id":4,"o":[1,2]}\n', "id BIGINT, o BIGINT[]");
    expect(await typesOf("s")).toEqual({ id: "BIGINT", o: "VARCHAR" });
    const rows = await rowsOf("SELECT o FROM raw.s ORDER BY id");
    expect(rows.map(([text]) => (text === null ? null : JSON.parse(String(text))))).toEqual([
      { a: "1", b: [{ c: "x", d: null }] },
      {
        a: "q",
        b: [
          { c: null, d: 5 },
          { c: "y", d: null },
        ],
      },
      null,
      [1, 2],
    ]);
  });

  test("a split load takes on another shape, too", async () => {
    await load(loadOf(staged("g", "v\n1\n", "v BIGINT"), append));
    writeFiles(scene.folder, { "g/1": "v\nx\n", "g/2": "v\n02\n" });
    const paths = ["g/1", "g/2"].map((file) => join(scene.folder, file));
    const manifest = manifestOf("g", paths, { format: csv, columns: "v VARCHAR" });
    expect(await load(loadOf(manifest, { ...append, partRows: 1 }))).toMatchObject({ parts: 2 });
    expect(await rowsOf("SELECT v FROM raw.g ORDER BY v")).toEqual([["02"], ["1"], ["x"]]);
  });

  test("readers of a table that took on another shape go on, whichever way they read it", async () => {
    await load(loadOf(staged("r", "a,b\n1,x\n", "a BIGINT, b VARCHAR"), append));
    const provenance = loadOf(staged("r", "a\n1\n", "a BIGINT")).provenance;
    await scene.warehouse.transform(
      {
        model: "v",
        target: { schema: "main", name: "v" },
        materialize: "view",
        sql: "SELECT * FROM raw.r",
        fingerprint: "v",
        gates: [],
        emptyInputs: [],
        keepVersions: 0,
        adapters: [],
        provenance,
      },
      never(),
    );
    await load(loadOf(staged("r", "a,c\nz,5\n", "a VARCHAR, c BIGINT"), append));
    expect(await rowsOf("SELECT a, b, c FROM main.v ORDER BY a")).toEqual([
      ["1", "x", null],
      ["z", null, 5],
    ]);
  });
}

function hashText(text: string): number {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + character.charCodeAt(0)) | 0;
  return hash;
}
