import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schemaFixture } from "../../../test/support/schema-fixture.ts";
import { compareTypes } from "./compare-types.ts";
import { renderDataType } from "./data-type.ts";
import { joinTypes } from "./join-types.ts";
import { dataTypeOf } from "./parse-data-type.ts";

function join(left: string, right: string): string {
  return renderDataType(joinTypes(dataTypeOf(left), dataTypeOf(right)));
}

describe("joinTypes", () => {
  test.each([
    ["NULL", "DATE", "DATE"],
    ["NULL[]", "BIGINT[]", "BIGINT[]"],
    ["BIGINT", "DOUBLE", "DOUBLE"],
    ["INTEGER", "UINTEGER", "BIGINT"],
    ["BIGINT", "UBIGINT", "HUGEINT"],
    ["HUGEINT", "UHUGEINT", "BIGNUM"],
    ["DECIMAL(10,2)", "DECIMAL(8,4)", "DECIMAL(12,4)"],
    ["DECIMAL(38,2)", "DECIMAL(38,10)", "VARCHAR"],
    ["DECIMAL(10,2)", "DOUBLE", "DOUBLE"],
    ["DATE", "TIMESTAMP", "TIMESTAMP"],
    ["TIMESTAMP", "TIMESTAMPTZ", "VARCHAR"],
    ["BIGINT", "BOOLEAN", "VARCHAR"],
    ["BIGINT", "DATE", "VARCHAR"],
    ["ENUM('a')", "VARCHAR", "VARCHAR"],
    ["BIGINT", "STRUCT(a INT)", "JSON"],
    ["INT[]", "STRUCT(a INT)", "JSON"],
    ["STRUCT(a INT)", "STRUCT(b TEXT, A BIGINT)", "STRUCT(a BIGINT, b VARCHAR)"],
    ["INT[3]", "INT[]", "INTEGER[]"],
  ])("%s and %s are %s", (left, right, expected) => {
    expect(join(left, right)).toBe(expected);
  });

  test("it is the same whichever comes first, and joining a side again changes nothing", () => {
    fc.assert(
      fc.property(schemaFixture.type(2), schemaFixture.type(2), (left, right) => {
        const joined = joinTypes(left, right);
        expect(compareTypes(joinTypes(right, left), joined).kind).toBe("same");
        expect(renderDataType(joinTypes(joined, left))).toBe(renderDataType(joined));
        expect(renderDataType(joinTypes(joined, right))).toBe(renderDataType(joined));
      }),
      { seed: 3_107, numRuns: 1_000 },
    );
  });
});
