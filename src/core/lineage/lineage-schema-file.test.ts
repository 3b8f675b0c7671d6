import { describe, expect, test } from "vitest";
import { parseLineageSchemaFile } from "./lineage-schema-file.ts";

const column = { name: "id", type: "BIGINT" };

const problemsOf = (value: unknown) => {
  const parsed = parseLineageSchemaFile(value);
  return parsed.ok ? [] : parsed.problems.map(({ path }) => path);
};

describe("a schema file for lineage", () => {
  test.each([
    ["raw.orders", { schema: "raw", name: "orders" }],
    ["orders", { schema: "", name: "orders" }],
    ['raw."odd.table"', { schema: "raw", name: "odd.table" }],
    ['"odd.table"', { schema: "", name: "odd.table" }],
    ['"my.schema".orders', { schema: "my.schema", name: "orders" }],
  ])("reads the table name %s", (name, table) => {
    expect(parseLineageSchemaFile({ tables: [{ name, columns: [column] }] })).toEqual({
      ok: true,
      tables: [{ table, columns: [{ ...column, nullable: true }] }],
    });
  });

  test("says where what is wrong stands", () => {
    expect(problemsOf([])).toEqual(["the file"]);
    expect(problemsOf({ tables: [{ name: "t" }] })).toEqual(["tables[0].columns"]);
    expect(problemsOf({ tables: [{ name: "t", columns: [{ name: "a", type: 1 }] }] })).toEqual([
      "tables[0].columns[0].type",
    ]);
    const twice = [column, { ...column, name: "ID" }];
    expect(
      problemsOf({
        tables: [
          { name: "t", columns: twice },
          { name: "T", columns: [] },
        ],
      }),
    ).toEqual(["tables[1].name", "tables[0].columns[1].name"]);
  });
});
