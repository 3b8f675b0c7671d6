import { describe, expect, test } from "vitest";
import { type ChangeJson, changeJson } from "./change-json.ts";
import { diffSchemas } from "./diff-schemas.ts";
import type { ColumnFormat } from "./observed-schema.ts";

type Written = readonly [name: string, type: string, nullable?: boolean, format?: ColumnFormat];

function changes(
  before: readonly Written[],
  after: readonly Written[],
  key: readonly string[] = [],
) {
  const schema = (columns: readonly Written[]) => ({
    columns: columns.map(([name, type, nullable = true, format = null]) => {
      return { name, type, nullable, format };
    }),
    key: [],
  });
  return diffSchemas(schema(before), { ...schema(after), key }).map(changeJson);
}

describe("changeJson", () => {
  test("each kind has what was, and what is", () => {
    expect(
      changes(
        [
          ["id", "INTEGER"],
          ["First Name", "VARCHAR"],
          ["gone", "DATE"],
          ["status", "ENUM('a')", false],
          ["s", "STRUCT(x INTEGER)"],
          ["z", "INTEGER"],
        ],
        [
          ["z", "INTEGER"],
          ["id", "BIGINT"],
          ["first_name", "VARCHAR"],
          ["status", "ENUM('a','b')"],
          ["s", "STRUCT(x BIGINT, y DATE)"],
          ["young", "VARCHAR"],
        ],
        ["id"],
      ),
    ).toEqual<readonly ChangeJson[]>([
      { kind: "key", column: "", before: [], after: ["id"] },
      { kind: "dropped", column: "gone", before: "DATE" },
      {
        kind: "renamed",
        column: "First Name",
        before: "First Name",
        after: "first_name",
        confidence: 0.99,
      },
      { kind: "widened", column: "id", before: "INTEGER", after: "BIGINT" },
      { kind: "nullability", column: "status", before: false, after: true },
      { kind: "values", column: "status", before: ["a"], after: ["a", "b"] },
      {
        kind: "nested",
        column: "s",
        before: "INTEGER",
        after: "BIGINT",
        path: "s.x",
        inner: { kind: "widened", before: "INTEGER", after: "BIGINT" },
      },
      {
        kind: "nested",
        column: "s",
        after: "DATE",
        path: "s.y",
        inner: { kind: "added", after: "DATE" },
      },
      { kind: "added", column: "young", after: "VARCHAR" },
      { kind: "reordered", column: "z", before: 4, after: 0 },
    ]);
  });

  test("formats are told in words, as far as they differ", () => {
    const format = { isZeroPadded: true, timestamps: ["M/D/YY"], decimalMark: null } as const;
    expect(
      changes(
        [["fips", "VARCHAR", true, format]],
        [["fips", "VARCHAR", true, { ...format, isZeroPadded: false, decimalMark: "," }]],
      ),
    ).toEqual([
      {
        kind: "format",
        column: "fips",
        before: "padded with zeros",
        after: "not padded with zeros",
      },
    ]);
    expect(
      changes(
        [["at", "VARCHAR", true, format]],
        [["at", "VARCHAR", true, { ...format, timestamps: ["YYYY-MM-DD"] }]],
      ),
    ).toEqual([{ kind: "format", column: "at", before: "M/D/YY", after: "YYYY-MM-DD" }]);
  });

  test("a table that was replaced says so first", () => {
    expect(changes([["a", "DATE"]], [["sku", "BLOB"]])[0]).toEqual({
      kind: "replaced",
      column: "",
    });
  });
});
