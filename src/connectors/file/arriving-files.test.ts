import { rmSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { codeOf } from "../../../test/contract/connector-contract.ts";
import { type FileScene, fileScene } from "../../../test/support/file-scene.ts";
import type { ObservedSchema } from "../../core/schema/observed-schema.ts";
import type { Json } from "../../core/std/json.ts";

let scene: FileScene;
beforeEach(async () => {
  scene = await fileScene();
});
afterEach(() => scene[Symbol.asyncDispose]());

/** What arrives when only these files are there, each as `name TYPE`. */
async function arrivingOf(path: string, content: string | Uint8Array) {
  scene.write(path, content);
  const { arriving, presence } = await scene.probe({ path });
  expect(presence).toEqual({ state: "present" });
  return arriving;
}

const typesOf = (schema: ObservedSchema | undefined) =>
  schema?.columns.map((column) => `${column.name} ${column.type}`);
const formatOf = (schema: ObservedSchema | undefined, name: string) =>
  schema?.columns.find((column) => column.name === name)?.format;
const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join("");

describe("what arrives of files", () => {
  const locator = { path: "d/*.csv" };

  test("is what the target does not hold yet, neighbours of one header as one", async () => {
    scene.write("d/1.csv", "a,b\n1,x\n");
    scene.write("d/2.csv", "a,b\n2.5,y\n");
    scene.write("d/3.csv", "b,a\ny,3\n");
    scene.write("d/4.csv", "a,b\n4,\n");
    const { arriving } = await scene.probe(locator);
    expect(arriving.map((one) => [one.origin, typesOf(one), one.evidence])).toEqual([
      ["d/1.csv", ["a DOUBLE", "b VARCHAR"], { kind: "inferred", from: "csv", rows: 2 }],
      ["d/3.csv", ["b VARCHAR", "a BIGINT"], { kind: "inferred", from: "csv", rows: 1 }],
      ["d/4.csv", ["a BIGINT", "b NULL"], { kind: "inferred", from: "csv", rows: 1 }],
    ]);
  });

  test("is nothing when all was loaded, whatever the strategy was", async () => {
    scene.write("d/1.csv", "a\n1\n");
    for (const strategy of ["append", "replace", "merge"] as const) {
      const { cursor } = await scene.extract(locator, { strategy });
      expect((await scene.probe(locator, null, cursor)).arriving).toEqual([]);
    }
  });

  test("is a new file, a rewritten one, and not one that was only moved", async () => {
    const one = scene.write("d/1.csv", "a\n1\n");
    scene.write("d/2.csv", "a\n2\n");
    const { cursor } = await scene.extract(locator, { strategy: "append" });
    rmSync(one);
    scene.write("d/9.csv", "a\n1\n");
    expect((await scene.probe(locator, null, cursor)).arriving).toEqual([]);
    scene.write("d/2.csv", "b\n2\n");
    scene.write("d/5.csv", "c\n5\n");
    const { arriving } = await scene.probe(locator, null, cursor);
    expect(arriving.map(({ origin }) => origin)).toEqual(["d/2.csv", "d/5.csv"]);
  });

  test("is everything under a cursor of another kind of source", async () => {
    scene.write("d/1.csv", "a\n1\n");
    const { arriving } = await scene.probe(locator, null, { version: 1, kind: "column" });
    expect(arriving).toHaveLength(1);
  });

  test("is the shape of the one file whenever its content is new", async () => {
    scene.write("d/1.csv", "a\n1\n");
    const { cursor } = await scene.extract({ path: "d/1.csv" });
    scene.write("d/1.csv", "a,b\n1,2\n");
    const { arriving } = await scene.probe({ path: "d/1.csv" }, null, cursor);
    expect(arriving.map(typesOf)).toEqual([["a BIGINT", "b BIGINT"]]);
  });

  test("is the same with a memo of any kind", async () => {
    scene.write("d/1.csv", "a,d\n007,1/2/2020\n");
    scene.write("d/2.csv", "a,d\n008,13/2/2020\n");
    scene.write("d/3.csv", "a\n1\n");
    const cold = await scene.probe(locator);
    expect(cold.arriving).toHaveLength(2);
    const memo: Json = JSON.parse(JSON.stringify(cold.memo));
    expect((await scene.probe(locator, memo)).arriving).toEqual(cold.arriving);
    const { cursor } = await scene.extract({ path: "d/1.csv" });
    const partly = await scene.probe(locator, memo, cursor);
    expect(partly.arriving).toEqual((await scene.probe(locator, null, cursor)).arriving);
    expect((await scene.probe(locator, partly.memo)).arriving).toEqual(cold.arriving);
  });

  test("says declared types, and the column of the file's name", async () => {
    scene.write("d/1.csv", "id\n1\n");
    const typed = { ...locator, types: { ID: "text" }, file_column: "day" };
    const { arriving, schema } = await scene.probe(typed);
    expect(typesOf(arriving[0])).toEqual(["id VARCHAR", "day VARCHAR"]);
    expect(schema?.columns.map(({ name }) => name)).toEqual(["id", "day"]);
    const draft = await scene.extract(typed, { strategy: "append" });
    expect(draft).toMatchObject({ fileColumn: "day", files: [{ name: "d/1.csv" }] });
    expect(draft.columns.at(-1)).toEqual({ name: "day", type: "VARCHAR", nullable: false });
  });

  test("a name for the file's column that a file has is refused", async () => {
    scene.write("d/1.csv", "id,Day\n1,2\n");
    const { presence } = await scene.probe({ ...locator, file_column: "day" });
    expect(presence).toMatchObject({ state: "unreachable", code: "SOURCE_UNREADABLE" });
    expect(await codeOf(scene.extract({ ...locator, file_column: "day" }))).toBe(
      "SOURCE_UNREADABLE",
    );
  });

  test("leaves out files without any column, and counts those without rows", async () => {
    scene.write("d/1.csv", "");
    scene.write("d/2.csv", "a,b\n");
    const { arriving } = await scene.probe(locator);
    expect(arriving.map(typesOf)).toEqual([["a NULL", "b NULL"]]);
    expect(arriving[0]?.evidence).toMatchObject({ rows: 0 });
  });

  test("is bounded: hundreds of files of changing headers are joined by header", async () => {
    for (let index = 0; index < 402; index += 1) {
      scene.write(`d/${1000 + index}.csv`, index % 2 === 0 ? "a\n1\n" : "b\n1\n");
    }
    const { arriving } = await scene.probe(locator);
    expect(arriving.map((one) => [typesOf(one), one.evidence])).toEqual([
      [["a BIGINT"], { kind: "inferred", from: "csv", rows: 201 }],
      [["b BIGINT"], { kind: "inferred", from: "csv", rows: 201 }],
    ]);
  });
});

describe("the shape of a text", () => {
  test.each<readonly [string, string, readonly string[]]>([
    ["a byte order mark", "\uFEFFa,b\n1,2\n", ["a BIGINT", "b BIGINT"]],
    ["CRLF", "a,b\r\n1,2\r\n3,4\r\n", ["a BIGINT", "b BIGINT"]],
    ["short rows", "a,b,c\n1\n2,x\n3,y,z\n", ["a BIGINT", "b VARCHAR", "c VARCHAR"]],
    ["long rows", "a,b\n1,x,9\n2,y\n", ["a BIGINT", "b VARCHAR", "column2 BIGINT"]],
    ["doubled names", "a,A,a\n1,2,3\n", ["a BIGINT", "A_1 BIGINT", "a_2 BIGINT"]],
    ["empty names", "a,,\n1,2,3\n", ["a BIGINT", "column1 BIGINT", "column2 BIGINT"]],
    ["padded digits", "zip\n01001\n90210\n", ["zip VARCHAR"]],
    ["only empty values", "a,b\n1,\n2,\n", ["a BIGINT", "b NULL"]],
    ["whole numbers among others", "a\n1\n2.5\n", ["a DOUBLE"]],
  ])("with %s", async (_, content, expected) => {
    const [shape] = await arrivingOf("t.csv", content);
    expect(typesOf(shape)).toEqual(expected);
  });

  test.each<readonly [string, readonly unknown[], readonly string[]]>([
    ["null", [{ a: null, b: 1 }], ["a NULL", "b BIGINT"]],
    ["an empty list", [{ a: [] }, { a: [] }], ["a NULL[]"]],
    ["an empty list in a list", [{ a: [[]] }], ["a NULL[][]"]],
    ["an empty object", [{ a: {}, b: 1 }], ["a NULL", "b BIGINT"]],
    ["null in an object", [{ a: { x: null, y: 1 } }], ["a STRUCT(x NULL, y BIGINT)"]],
    ["an empty object in an object", [{ a: { x: {}, y: 1 } }], ["a STRUCT(x NULL, y BIGINT)"]],
    ["an empty list of objects' lists", [{ a: [{ t: [] }] }], ["a STRUCT(t NULL[])[]"]],
    ["a mix", [{ a: 1 }, { a: [1] }], ["a JSON"]],
    ["a text or null", [{ a: "x" }, { a: null }], ["a VARCHAR"]],
    ["a whole number or not", [{ a: 5 }, { a: 5.5 }], ["a DOUBLE"]],
    ["a key that is absent", [{ a: 1 }, { b: 2 }], ["a BIGINT", "b BIGINT"]],
  ])("of JSON with %s", async (_, rows, expected) => {
    for (const [path, content] of [
      ["t.ndjson", rows.map((row) => JSON.stringify(row)).join("\n")],
      ["t.json", JSON.stringify(rows)],
    ] as const) {
      const [shape] = await arrivingOf(path, content);
      expect([path, typesOf(shape)]).toEqual([path, expected]);
      expect(shape?.evidence).toEqual({ kind: "inferred", from: "json", rows: rows.length });
    }
  });

  test("of JSON files is one where only the order of keys differs", async () => {
    scene.write("j/1.ndjson", '{"a":1,"b":"x"}\n');
    scene.write("j/2.ndjson", '{"b":"y","a":2}\n');
    const { arriving } = await scene.probe({ path: "j/*.ndjson" });
    expect(arriving.map(typesOf)).toEqual([["a BIGINT", "b VARCHAR"]]);
  });
});

describe("the format of a column", () => {
  test.each<readonly [string, readonly string[], boolean | null]>([
    ["some leading zeros", ["01001", "90210"], true],
    ["numbers of different lengths", [...Array(20).keys()].map(String), false],
    ["numbers of one length", [...Array(20).keys()].map((n) => String(n + 10)), null],
    ["few numbers", ["1", "10"], null],
    ["a zero", ["0", "0", "0"], null],
    ["words", ["a", "b"], null],
    ["times", ["00:15:00", "01:15:00"], null],
    ["decimals", ["0.5", "0.25"], null],
  ])("with %s", async (_, values, isZeroPadded) => {
    const [shape] = await arrivingOf("t.csv", `c\n${values.join("\n")}\n`);
    expect(formatOf(shape, "c")?.isZeroPadded ?? null).toBe(isZeroPadded);
  });

  test.each<readonly [string, readonly string[], "." | "," | null]>([
    ["points", ["3.14", "2"], "."],
    ["commas", ["3,14", "2,5", "1.000,5"], ","],
    ["commas that may part thousands", ["1,000", "2,500"], null],
    ["whole numbers", ["3", "2"], null],
    ["lists", ["1,2,3", "4,5"], null],
  ])("of numbers with %s", async (_, values, decimalMark) => {
    const [shape] = await arrivingOf("t.csv", `c;d\n${values.map((v) => `${v};x`).join("\n")}\n`);
    expect(formatOf(shape, "c")?.decimalMark ?? null).toBe(decimalMark);
  });

  test("of points in time is the set of patterns, also where they have a type of their own", async () => {
    const [shape] = await arrivingOf(
      "t.csv",
      "text,stamp,day,word\n1/22/2020 17:00,2020-02-02T10:00:00,2020-02-02,x\n" +
        "1/23/20 9:00,2020-02-02T10:00:01,2020-02-03,y\n",
    );
    expect(shape?.columns.map(({ format }) => format?.timestamps ?? null)).toEqual([
      ["M/D/YY H:mm", "M/D/YYYY H:mm"],
      ["YYYY-MM-DDTHH:mm:ss"],
      ["YYYY-MM-DD"],
      null,
    ]);
  });

  test("is read where a day could be a month if another file of the source says which it is", async () => {
    scene.write("d/1.csv", "at\n31/1/2020\n");
    const { cursor } = await scene.extract({ path: "d/*.csv" });
    scene.write("d/2.csv", "at\n5/2/2020\n");
    const { arriving } = await scene.probe({ path: "d/*.csv" }, null, cursor);
    expect(formatOf(arriving[0], "at")?.timestamps).toEqual(["D/M/YYYY"]);
    rmSync(scene.pathOf("d/1.csv"));
    const alone = await scene.probe({ path: "d/*.csv" }, null, cursor);
    expect(formatOf(alone.arriving[0], "at") ?? null).toBeNull();
  });

  test("of JSON and Parquet is that of their texts and numbers", async () => {
    const [json] = await arrivingOf("t.ndjson", '{"zip":"01001","at":"1/22/2020"}\n');
    expect(formatOf(json, "zip")).toMatchObject({ isZeroPadded: true });
    expect(formatOf(json, "at")).toMatchObject({ timestamps: ["M/D/YYYY"] });
    const [numbers] = await arrivingOf(
      "n.ndjson",
      lines(20, (index) => `{"zip":${index}}`),
    );
    expect(formatOf(numbers, "zip")).toMatchObject({ isZeroPadded: false });
  });
});

describe("the sketch of a column", () => {
  test("tells its nulls, lengths and values", async () => {
    const content = `a,b\n${lines(100, (index) => `${index % 4 === 0 ? "" : `v${index % 8}`},${index}`)}`;
    const [shape] = await arrivingOf("t.csv.gz", gzipSync(content));
    const [a, b] = shape?.columns.map(({ sketch }) => sketch) ?? [];
    expect(a).toMatchObject({ nullShare: 0.25, distinctShare: 0.08, minLength: 2, maxLength: 2 });
    expect(a?.bottomHashes).toHaveLength(6);
    expect(b).toMatchObject({ nullShare: 0, distinctShare: 1, minLength: 1, maxLength: 2 });
    expect(b?.bottomHashes).toHaveLength(32);
    expect(b?.bottomHashes).toEqual([...(b?.bottomHashes ?? [])].sort());
  });

  test("is equal for equal values under another name, in any format", async () => {
    const [csv] = await arrivingOf("t.csv", "Province/State\nHubei\nAnhui\n");
    const [json] = await arrivingOf(
      "t.ndjson",
      '{"Province_State":"Hubei"}\n{"Province_State":"Anhui"}\n',
    );
    expect(csv?.columns[0]?.sketch).toEqual(json?.columns[0]?.sketch);
  });

  test("is kept in the memo only while its file is new", async () => {
    scene.write("t.csv", `a\n${lines(500, (index) => `value ${index}`)}`);
    const cold = await scene.probe({ path: "t.csv" });
    const { cursor } = await scene.extract({ path: "t.csv" });
    const { memo } = await scene.probe({ path: "t.csv" }, cold.memo, cursor);
    expect(memo).toMatchObject({ sketches: {} });
  });
});
