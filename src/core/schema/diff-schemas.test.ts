import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schemaFixture } from "../../../test/support/schema-fixture.ts";
import { applyChanges } from "./apply-changes.ts";
import { renderDataType } from "./data-type.ts";
import { type ComparableSchema, type DiffOptions, diffSchemas } from "./diff-schemas.ts";
import { dataTypeOf } from "./parse-data-type.ts";
import type { SchemaChange } from "./schema-change.ts";

function table(columns: Record<string, string>, key: readonly string[] = []): ComparableSchema {
  return {
    columns: Object.entries(columns).map(([name, type]) => ({ name, type, nullable: true })),
    key,
  };
}

function kinds(before: ComparableSchema, after: ComparableSchema, options?: DiffOptions) {
  return diffSchemas(before, after, options).map((change) =>
    change.kind === "nested"
      ? `${change.path} ${change.inner.kind}`
      : `${change.column} ${change.kind}`,
  );
}

function normal({ columns, key }: ComparableSchema) {
  return {
    columns: columns.map(({ name, type, nullable, format }) => {
      return { name, type: renderDataType(dataTypeOf(type)), nullable, format: format ?? null };
    }),
    key: key.toSorted(),
  };
}

function expectApplied(
  before: ComparableSchema,
  after: ComparableSchema,
  changes: readonly SchemaChange[],
): void {
  // How a new column is written is no change, so the changes do not say it.
  const added = new Set(changes.flatMap((one) => (one.kind === "added" ? [one.column] : [])));
  const columns = after.columns.map((column) =>
    added.has(column.name) ? { ...column, format: null } : column,
  );
  expect(normal(applyChanges(before, changes))).toEqual(normal({ ...after, columns }));
}

describe("diffSchemas", () => {
  test("names compare without case, and types without spelling", () => {
    expect(
      diffSchemas(
        table({ ID: "int", Name: "text", At: "timestamptz" }),
        table({ id: "INTEGER", name: "VARCHAR", at: "TIMESTAMP WITH TIME ZONE" }),
      ),
    ).toEqual([]);
  });

  test("names what was added, where, and what is gone", () => {
    expect(
      diffSchemas(table({ id: "INT", price: "INT" }), table({ note: "text", id: "INT" })),
    ).toEqual([
      { kind: "dropped", column: "price", type: "INTEGER", nullable: true },
      { kind: "added", column: "note", type: "VARCHAR", nullable: true, position: 0 },
    ]);
  });

  test("only what moved is re-ordered, as few as possible", () => {
    expect(
      diffSchemas(
        table({ a: "INT", b: "INT", c: "INT", d: "INT" }),
        table({ b: "INT", c: "INT", d: "INT", a: "INT" }),
      ),
    ).toEqual([{ kind: "reordered", column: "a", before: 0, after: 3 }]);
  });

  test("a column in the middle moves nothing", () => {
    expect(
      kinds(table({ a: "INT", b: "INT" }), table({ a: "INT", note: "TEXT", b: "INT" })),
    ).toEqual(["note added"]);
  });

  test("without an order nothing is re-ordered, in structs neither", () => {
    const before = table({ a: "INT", s: "STRUCT(x INT, y INT)" });
    const after = table({ s: "STRUCT(y INT, x INT)", a: "INT" });
    expect(kinds(before, after)).toEqual(["s.x reordered", "a reordered"]);
    expect(kinds(before, after, { isOrdered: false })).toEqual([]);
  });

  test.each([
    ["INTEGER", "BIGINT", "widened", false],
    ["BIGINT", "DOUBLE", "widened", true],
    ["INTEGER", "DOUBLE", "widened", false],
    ["DOUBLE", "BIGINT", "narrowed", true],
    ["INTEGER", "UINTEGER", "narrowed", true],
    ["INTEGER", "DECIMAL(12,2)", "widened", false],
    ["INTEGER", "DECIMAL(11,2)", "narrowed", true],
    ["DECIMAL(10,2)", "DECIMAL(12,4)", "widened", false],
    ["DECIMAL(10,2)", "DECIMAL(10,4)", "narrowed", true],
    ["DECIMAL(10,2)", "DOUBLE", "widened", true],
    ["DECIMAL(18,0)", "BIGINT", "widened", false],
    ["HUGEINT", "BIGNUM", "widened", false],
    ["FLOAT", "DOUBLE", "widened", false],
    ["DATE", "TIMESTAMP", "widened", false],
    ["TIMESTAMP", "TIMESTAMPTZ", "widened", true],
    ["TIMESTAMPTZ", "TIMESTAMP", "narrowed", true],
    ["TIMESTAMP", "DATE", "narrowed", true],
    ["TIMESTAMP", "TIMESTAMP_MS", "narrowed", true],
    ["VARCHAR(10)", "VARCHAR(20)", "widened", false],
    ["VARCHAR(20)", "VARCHAR(10)", "narrowed", true],
    ["VARCHAR(20)", "VARCHAR", "widened", false],
    ["ENUM('a')", "VARCHAR", "widened", false],
    ["VARCHAR", "ENUM('a')", "narrowed", true],
    ["BIGINT", "VARCHAR", "retyped", false],
    ["VARCHAR", "BIGINT", "retyped", true],
    ["BOOLEAN", "INTEGER", "retyped", true],
    ["VARCHAR", "DATE", "retyped", true],
    ["VARCHAR", "STRUCT(a INT)", "retyped", true],
    ["INTEGER", "INTEGER[]", "retyped", true],
    ["INTEGER[3]", "INTEGER[]", "widened", false],
    ["mood", "VARCHAR", "retyped", false],
  ])("%s to %s is %s (lossy: %s)", (before, after, kind, isLossy) => {
    expect(diffSchemas(table({ x: before }), table({ x: after }))).toEqual([
      {
        kind,
        column: "x",
        before: renderDataType(dataTypeOf(before)),
        after: renderDataType(dataTypeOf(after)),
        isLossy,
      },
    ]);
  });

  test("a change inside is told by its path, however deep", () => {
    const before = "STRUCT(city VARCHAR, items STRUCT(sku INT, tags VARCHAR[])[])";
    const after =
      "STRUCT(city VARCHAR, items STRUCT(sku BIGINT, tags INT[], note TEXT)[], zip TEXT)";
    expect(diffSchemas(table({ o: before }), table({ o: after }))).toEqual([
      nested("o.items[].sku", "widened", { before: "INTEGER", after: "BIGINT" }, false),
      nested("o.items[].tags[]", "retyped", { before: "VARCHAR", after: "INTEGER" }, true),
      { kind: "nested", column: "o", path: "o.items[].note", inner: added("VARCHAR", 2) },
      { kind: "nested", column: "o", path: "o.zip", inner: added("VARCHAR", 2) },
    ]);
    function nested(
      path: string,
      kind: string,
      types: { before: string; after: string },
      isLossy: boolean,
    ) {
      return { kind: "nested", column: "o", path, inner: { kind, ...types, isLossy } };
    }
    function added(type: string, position: number) {
      return { kind: "added", type, position };
    }
  });

  test("fields of a struct are renamed, and maps change in keys and values", () => {
    expect(
      kinds(
        table({ "my.col": "STRUCT(postalCode TEXT, b INT)", m: "MAP(INT, STRUCT(x INT))" }),
        table({ "my.col": "STRUCT(postal_code TEXT, b INT)", m: "MAP(TEXT, STRUCT(y INT))" }),
      ),
    ).toEqual([
      '"my.col".postalCode renamed',
      "m{key} retyped",
      "m{value}.x dropped",
      "m{value}.y added",
    ]);
  });

  test("members of an enumeration are values; their order counts", () => {
    expect(diffSchemas(table({ s: "ENUM('a','b')" }), table({ s: "ENUM('b','a')" }))).toEqual([
      { kind: "values", column: "s", before: ["a", "b"], after: ["b", "a"] },
    ]);
  });

  test("a key is what it was when only the name of its column changed", () => {
    const before = table({ "Order Id": "INT", b: "INT" }, ["Order Id"]);
    const after = table({ order_id: "INT", b: "INT" }, ["order_id"]);
    expect(kinds(before, after)).toEqual(["Order Id renamed"]);
    expect(kinds(after, { ...after, key: ["b"] })).toEqual([" key"]);
    expect(
      kinds({ ...after, key: ["B", "order_id"] }, { ...after, key: ["order_id", "b"] }),
    ).toEqual([]);
  });

  test("nullability counts where it is declared", () => {
    const before = table({ a: "INT" });
    const after = { ...before, columns: [{ name: "a", type: "INT", nullable: false }] };
    expect(diffSchemas(before, after)).toEqual([
      { kind: "nullability", column: "a", before: true, after: false },
    ]);
    expect(diffSchemas(before, after, { isNullabilityDeclared: false })).toEqual([]);
  });

  test("no evidence is no change, inside neither", () => {
    const before = table({ a: '"NULL"', b: "INT", c: "NULL[]", d: "STRUCT(x NULL, y INT)" });
    const after = table({ a: "INT", b: "NULL", c: "DOUBLE[]", d: "STRUCT(x TEXT[], y INT)" });
    expect(diffSchemas(before, after)).toEqual([]);
  });

  test("a table of which nothing is left was replaced", () => {
    const before = table({ sku: "INT", price: "INT", stock: "INT" });
    const after = table({ email: "TEXT", born: "DATE", street: "TEXT" });
    expect(kinds(before, after)[0]).toBe(" replaced");
    expect(kinds(before, table({ sku: "INT", email: "TEXT" }))[0]).toBe("price dropped");
    const wide = Object.fromEntries(Array.from({ length: 90 }, (_, day) => [`1/${day}/20`, "INT"]));
    expect(kinds(before, table({ sku: "INT", price: "INT", stock: "INT", ...wide }))).toHaveLength(
      90,
    );
  });

  test("formats differ only in what both know", () => {
    const format = { isZeroPadded: true, timestamps: null, decimalMark: null } as const;
    const schema = (more: object) => ({
      columns: [{ name: "a", type: "VARCHAR", nullable: true, format: { ...format, ...more } }],
      key: [],
    });
    expect(diffSchemas(schema({}), schema({ decimalMark: "," }))).toEqual([]);
    expect(diffSchemas(schema({}), schema({ isZeroPadded: false }))).toHaveLength(1);
  });

  test("a schema does not differ from itself", () => {
    fc.assert(
      fc.property(schemaFixture.schema(3), (schema) => {
        expect(diffSchemas(schema, schema)).toEqual([]);
      }),
      { seed: 3_102, numRuns: 500 },
    );
  });

  test("applying the difference of two schemas to the one gives the other", () => {
    fc.assert(
      fc.property(schemaFixture.schema(3), schemaFixture.schema(3), (before, after) => {
        expectApplied(before, after, diffSchemas(before, after));
      }),
      { seed: 3_103, numRuns: 2_000 },
    );
  });

  test("applying works just as well when doubtful renames are taken", () => {
    fc.assert(
      fc.property(schemaFixture.schema(2), schemaFixture.schema(2), (before, after) => {
        expectApplied(before, after, diffSchemas(before, after, { renameConfidence: 0 }));
      }),
      { seed: 3_104, numRuns: 1_000 },
    );
  });
});
