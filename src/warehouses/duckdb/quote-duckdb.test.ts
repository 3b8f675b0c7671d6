import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../../core/std/json.ts";
import { toJson } from "./duckdb-value.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom(
    "select",
    'a"b',
    "a'b",
    "a;--",
    "/*",
    "\\",
    "\n",
    " ",
    "日本語 😀",
    "x".repeat(300),
  ),
);

describe("quoting", () => {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    connection = await (await DuckDBInstance.create(":memory:")).connect();
  });
  const read = async (sql: string) => {
    const answer = await connection.runAndReadAll(sql);
    return { names: answer.columnNames(), values: answer.getRows()[0]?.map(toJson) ?? [] };
  };

  test("any text comes back from the engine as it was, as a value and as a name", async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (value, name) => {
        fc.pre(!value.includes("\0") && !name.includes("\0") && name !== "");
        const { names, values } = await read(`SELECT ${literal(value)} AS ${quoteName(name)}`);
        expect(values).toEqual([value]);
        expect(names).toEqual([name]);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  test("tables of any name are made, filled and read", async () => {
    await connection.run("ATTACH ':memory:' AS warehouse");
    for (const name of ['a"b.c', "select", "日本 '語'", "y".repeat(250)]) {
      const table = { schema: `s ${name}`, name };
      await connection.run(`CREATE SCHEMA warehouse.${quoteName(table.schema)}`);
      await connection.run(`CREATE TABLE ${quoteTable(table)} AS SELECT 1 AS a`);
      expect((await read(`FROM ${quoteTable(table)}`)).values).toEqual([1]);
    }
  });

  test.each<[Json, Json]>([
    [null, null],
    [true, true],
    [-1.5, "-1.5"],
    [1e21, 1e21],
    [9_007_199_254_740_991, 9_007_199_254_740_991],
    [
      ["a'b", null],
      ["a'b", null],
    ],
    [{ a: [1, "'"] }, '{"a":[1,"\'"]}'],
  ])("the literal of %j", async (value, expected) => {
    expect((await read(`SELECT ${literal(value)}`)).values).toEqual([expected]);
  });

  test("what the engine cannot carry is refused", () => {
    for (const refused of [() => literal("a\0b"), () => quoteName("a\0b"), () => quoteName("")]) {
      expect(refused).toThrow(expect.objectContaining({ code: "WAREHOUSE_REFUSED" }));
    }
  });

  test.each([
    ["9007199254740993", "9007199254740993"],
    ["42::BIGINT", 42],
    ["1.50::DECIMAL(5,2)", "1.50"],
    ["'nan'::DOUBLE", "NaN"],
    ["DATE '2020-01-31'", "2020-01-31"],
    ["TIMESTAMP '2020-01-31 01:02:03.5'", "2020-01-31T01:02:03.5"],
    ["'\\xFFa'::BLOB", "ff61"],
    ["[{'a': 1::BIGINT}, NULL]", [{ a: 1 }, null]],
    ["MAP {'k': 1}", [{ key: "k", value: 1 }]],
    ["INTERVAL 1 DAY", "1 day"],
  ])("%s is shown as %j", async (sql, expected) => {
    expect((await read(`SELECT ${sql}`)).values).toEqual([expected]);
  });
});
