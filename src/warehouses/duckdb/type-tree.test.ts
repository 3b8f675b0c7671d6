import { expect, test } from "vitest";
import { commonTypes, isLossless } from "./common-type.ts";
import { fillNulls, hasNull, parseTypeTree, renderTypeTree, withQuotedNull } from "./type-tree.ts";

test.each([
  "BIGINT",
  "DECIMAL(18,2)",
  "VARCHAR[]",
  "INTEGER[3][]",
  'STRUCT("a" BIGINT, "b c" VARCHAR[], "x""y" STRUCT("z" DECIMAL(4,1)))',
  'MAP(VARCHAR, STRUCT("a" "NULL"[]))',
  "ENUM('a,b', 'c)')",
])("a type is the same after it was taken apart: %s", (type) => {
  expect(renderTypeTree(parseTypeTree(type))).toBe(type);
});

test("what has no type is written as the engine wants it, and names are left alone", () => {
  expect(withQuotedNull("NULL")).toBe('"NULL"');
  expect(withQuotedNull('STRUCT(a NULL, "NULL or not" null[])')).toBe(
    'STRUCT(a "NULL", "NULL or not" "NULL"[])',
  );
  expect(hasNull(parseTypeTree('STRUCT(a "NULL"[])'))).toBe(true);
});

test("what was never seen takes the type that is known there, and is text otherwise", () => {
  const filled = fillNulls(
    parseTypeTree('STRUCT(a "NULL", b "NULL"[], c "NULL")'),
    parseTypeTree("STRUCT(A BIGINT, b STRUCT(x DATE)[])"),
  );
  expect(renderTypeTree(filled)).toBe('STRUCT("a" BIGINT, "b" STRUCT("x" DATE)[], "c" VARCHAR)');
});

test.each([
  ["BIGINT", "DOUBLE", ["DOUBLE", "DECIMAL(38,9)", "VARCHAR"]],
  ["INTEGER", "DOUBLE", ["DOUBLE"]],
  ["BIGINT", "UBIGINT", ["HUGEINT", "VARCHAR"]],
  ["DATE", "TIMESTAMP", ["TIMESTAMP"]],
  ["BOOLEAN", "BIGINT", ["VARCHAR"]],
  ["BIGINT[]", "STRUCT(a BIGINT)", ["VARCHAR"]],
  ["STRUCT(a BIGINT)", "JSON", ["JSON"]],
  ["STRUCT(a INTEGER)", "STRUCT(b DATE, A BIGINT)", ['STRUCT("a" BIGINT, "b" DATE)']],
  ["INTEGER[2]", "INTEGER[3]", ["INTEGER[]"]],
])("types that hold both %s and %s", (has, arriving, types) => {
  const common = commonTypes(parseTypeTree(has), parseTypeTree(arriving));
  expect(common.map(renderTypeTree)).toEqual(types);
  const last = common.at(-1);
  if (last === undefined) throw new Error("there is always a type");
  expect(isLossless(parseTypeTree(has), last)).toBe(true);
  expect(isLossless(parseTypeTree(arriving), last)).toBe(true);
});
