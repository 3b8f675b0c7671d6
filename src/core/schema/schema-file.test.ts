import { describe, expect, test } from "vitest";
import { parseSchemaFile } from "./schema-file.ts";

function problems(value: unknown): readonly string[] {
  const parsed = parseSchemaFile(value);
  return parsed.ok
    ? []
    : parsed.problems.map(({ path, message, fix }) => `${path}: ${message} ${fix}`);
}

describe("parseSchemaFile", () => {
  test("reads columns and the key", () => {
    expect(
      parseSchemaFile({
        columns: [
          { name: "id", type: "bigint", nullable: false, key: true },
          { name: "Country/Region", type: "text" },
        ],
      }),
    ).toEqual({
      ok: true,
      schema: {
        columns: [
          { name: "id", type: "bigint", nullable: false },
          { name: "Country/Region", type: "text", nullable: true },
        ],
        key: ["id"],
      },
    });
  });

  test.each([
    [null, ': This is no schema. Write { "columns": [{ "name": "id", "type": "BIGINT" }] }.'],
    [[], ': This is no schema. Write { "columns": [{ "name": "id", "type": "BIGINT" }] }.'],
    [
      {},
      'columns: The list of columns is missing. Write { "columns": [{ "name": "id", "type": "BIGINT" }] }.',
    ],
    [{ columns: [], colums: [] }, "colums: `colums` is not known here. Did you mean `columns`?"],
    [
      { columns: [{ name: "a", type: "INT", nulable: true }] },
      "columns[0].nulable: `nulable` is not known here. Did you mean `nullable`?",
    ],
    [
      { columns: [{ name: "a", type: "INT", nullable: "no" }] },
      "columns[0].nullable: This is neither true nor false. Write true or false.",
    ],
    [
      { columns: [{ name: "", type: "INT" }] },
      'columns[0].name: The column has no name. Write its name as text, such as "name": "id".',
    ],
    [
      { columns: [{ name: "a" }] },
      'columns[0].type: The column has no type. Write a type of DuckDB as text, such as "type": "BIGINT".',
    ],
    [
      { columns: [{ name: "a", type: "STRUCT(x" }] },
      "columns[0].type: `STRUCT(x` is no type of DuckDB: The name of a type is missing, at 8. " +
        "Write it as DuckDB does, such as `DECIMAL(18,2)` or `STRUCT(city VARCHAR)[]`.",
    ],
    [
      { columns: [{ name: "a", type: "MAP(INT, INTEGR[])" }] },
      "columns[0].type: DuckDB has no type `INTEGR`. Did you mean `INTEGER`?",
    ],
    [
      {
        columns: [
          { name: "a", type: "INT" },
          { name: "A", type: "INT" },
        ],
      },
      "columns[1].name: `A` is at columns[0] already; names compare without case. " +
        "Give each column a name of its own.",
    ],
    [
      { columns: ["a INT"] },
      'columns[0]: This is no column. Write { "name": "id", "type": "BIGINT" }.',
    ],
  ])("refuses %j", (value, expected) => {
    expect(problems(value)).toEqual([expected]);
  });

  test("names all that is wrong at once, and bounds how much that is", () => {
    expect(
      problems({
        columns: [
          { name: 1, type: "INT" },
          { name: "a", type: 2 },
        ],
      }),
    ).toHaveLength(2);
    expect(problems({ columns: Array.from({ length: 500 }, () => null) })).toHaveLength(100);
    expect(problems({ columns: Array.from({ length: 20_001 }, () => null) })).toHaveLength(1);
  });

  test("a name that objects inherit is a column like any other", () => {
    const columns = [
      { name: "__proto__", type: "INT" },
      { name: "constructor", type: "INT" },
    ];
    expect(parseSchemaFile({ columns })).toMatchObject({ ok: true });
  });
});
