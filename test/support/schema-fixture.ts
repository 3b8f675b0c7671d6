import fc, { type Arbitrary } from "fast-check";
import { type DataType, type Field, renderDataType } from "../../src/core/schema/data-type.ts";
import type { ComparableColumn, ComparableSchema } from "../../src/core/schema/diff-schemas.ts";
import type {
  ColumnFormat,
  ColumnSketch,
  ObservedColumn,
  ObservedSchema,
} from "../../src/core/schema/observed-schema.ts";
import { dataTypeOf } from "../../src/core/schema/parse-data-type.ts";

const flatTypes = [
  "BOOLEAN",
  "TINYINT",
  "INTEGER",
  "BIGINT",
  "UBIGINT",
  "HUGEINT",
  "FLOAT",
  "DOUBLE",
  "DECIMAL(18,3)",
  "DECIMAL(38,0)",
  "VARCHAR",
  "VARCHAR(10)",
  "VARCHAR(20)",
  "DATE",
  "TIME",
  "TIMESTAMP",
  "TIMESTAMP_NS",
  "TIMESTAMP WITH TIME ZONE",
  "UUID",
  "BLOB",
  "JSON",
  "INTERVAL",
  "ENUM('a', 'b')",
  "ENUM('a', 'b', 'c')",
  "ENUM('b', 'a')",
  "mood",
].map(dataTypeOf);

/** Names that tempt: alike, with marks of paths and quotes, and words of SQL. */
const names = [
  "id",
  "customer_id",
  "Province/State",
  "Province_State",
  "Last Update",
  "last_update",
  "lat",
  "latitude",
  "a.b",
  'x"y',
  "items[]",
  "order",
  "amount",
  "amount_usd",
  "city",
  "ärger",
];

function fieldsOf(depth: number): Arbitrary<Field[]> {
  return fc
    .uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 5 })
    .chain((picked) =>
      fc
        .array(typeOf(depth), { minLength: picked.length, maxLength: picked.length })
        .map((types) =>
          picked.map((name, at) => ({ name, type: types[at] ?? { kind: "unknown" as const } })),
        ),
    );
}

function typeOf(depth: number): Arbitrary<DataType> {
  const flat = fc.constantFrom(...flatTypes);
  if (depth === 0) return flat;
  return fc.oneof(
    { weight: 4, arbitrary: flat },
    {
      weight: 2,
      arbitrary: fieldsOf(depth - 1).map((fields) => ({ kind: "struct" as const, fields })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(typeOf(depth - 1), fc.constantFrom(null, null, 3))
        .map(([item, length]) => ({ kind: "list" as const, item, length })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(typeOf(depth - 1), typeOf(depth - 1))
        .map(([key, value]) => ({ kind: "map" as const, key, value })),
    },
    {
      weight: 1,
      arbitrary: fieldsOf(depth - 1).map((fields) => ({ kind: "union" as const, fields })),
    },
  );
}

const format: Arbitrary<ColumnFormat> = fc.record({
  isZeroPadded: fc.boolean(),
  timestamps: fc.constantFrom(["M/D/YYYY H:mm"], ["YYYY-MM-DD"], ["M/D/YYYY H:mm", "YYYY-MM-DD"]),
  decimalMark: fc.constantFrom("." as const, "," as const),
});

function columnOf(name: string, depth: number): Arbitrary<ComparableColumn> {
  return fc.record({
    name: fc.constant(name),
    type: typeOf(depth).map(renderDataType),
    nullable: fc.boolean(),
    format,
  });
}

function schemaOf(depth: number): Arbitrary<ComparableSchema> {
  return fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 9 }).chain((picked) =>
    fc.record({
      columns: fc.tuple(...picked.map((name) => columnOf(name, depth))),
      key: fc
        .subarray(picked, { maxLength: Math.min(3, picked.length) })
        .map((key) => key.toSorted()),
    }),
  );
}

/** One observed column, nullable and without more than its type unless it says so. */
function observedColumn(
  name: string,
  type: string,
  more: Partial<ObservedColumn> = {},
): ObservedColumn {
  return { name, type, nullable: true, format: null, sketch: null, ...more };
}

/** What was inferred from so many rows of CSV: columns as [name, type]. */
function csv(
  columns: readonly (readonly [string, string] | ObservedColumn)[],
  rows = 5_000,
): ObservedSchema {
  return {
    columns: columns.map((column) => ("name" in column ? column : observedColumn(...column))),
    key: [],
    evidence: { kind: "inferred", from: "csv", rows },
    origin: "a.csv",
  };
}

/** What was inferred from so many rows of JSON. */
function json(
  columns: readonly (readonly [string, string] | ObservedColumn)[],
  rows = 5_000,
): ObservedSchema {
  return { ...csv(columns), evidence: { kind: "inferred", from: "json", rows }, origin: "a.json" };
}

/** What a database declares. */
function declared(
  columns: readonly (readonly [string, string] | ObservedColumn)[],
  key: readonly string[] = [],
): ObservedSchema {
  return { ...csv(columns), key, evidence: { kind: "declared" }, origin: "" };
}

function sketch(more: Partial<ColumnSketch> = {}): ColumnSketch {
  return {
    nullShare: 0,
    distinctShare: 1,
    minLength: 1,
    maxLength: 10,
    bottomHashes: [],
    ...more,
  };
}

/** Generated types and schemas, and observations written short. */
export const schemaFixture = {
  type: typeOf,
  schema: schemaOf,
  observedColumn,
  csv,
  json,
  declared,
  sketch,
};
