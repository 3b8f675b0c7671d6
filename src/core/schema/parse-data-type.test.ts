import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schemaFixture } from "../../../test/support/schema-fixture.ts";
import { renderDataType } from "./data-type.ts";
import { dataTypeOf, parseDataType } from "./parse-data-type.ts";

function canonical(text: string): string {
  const parsed = parseDataType(text);
  return parsed.ok ? renderDataType(parsed.type) : `at ${parsed.at}: ${parsed.message}`;
}

describe("parseDataType", () => {
  test.each([
    ["int", "INTEGER"],
    ["INT8", "BIGINT"],
    ["text", "VARCHAR"],
    ["String", "VARCHAR"],
    ["character varying(20)", "VARCHAR(20)"],
    ["REAL", "FLOAT"],
    ["double precision", "DOUBLE"],
    ["decimal", "DECIMAL(18,3)"],
    ["NUMERIC( 10 )", "DECIMAL(10,0)"],
    ["dec(10, 2)", "DECIMAL(10,2)"],
    ["timestamptz", "TIMESTAMP WITH TIME ZONE"],
    ["timestamp  with time\nzone", "TIMESTAMP WITH TIME ZONE"],
    ["TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP"],
    ["timestamp(3)", "TIMESTAMP_MS"],
    ["datetime", "TIMESTAMP"],
    ['"TIMESTAMP_S"', "TIMESTAMP_S"],
    ["timetz", "TIME WITH TIME ZONE"],
    ["varint", "BIGNUM"],
    ["bytea", "BLOB"],
    ['"NULL"', "NULL"],
    ["null[]", "NULL[]"],
    ["INTEGER[][]", "INTEGER[][]"],
    ["FLOAT[3]", "FLOAT[3]"],
    ["integer array", "INTEGER[]"],
    ["integer array[2]", "INTEGER[2]"],
    ["enum('a', 'it''s', 'a, b)')", "ENUM('a', 'it''s', 'a, b)')"],
    ["map(varchar,int[])", "MAP(VARCHAR, INTEGER[])"],
    ["union(num int, str text)", "UNION(num INTEGER, str VARCHAR)"],
    ["row(a int)", "STRUCT(a INTEGER)"],
    ["STRUCT()", "STRUCT()"],
    [
      'struct("a.b" int, "x""y" text, Stadt varchar, "order" int, "Ünï" int)',
      'STRUCT("a.b" INTEGER, "x""y" VARCHAR, Stadt VARCHAR, "order" INTEGER, "Ünï" INTEGER)',
    ],
    ["STRUCT(a STRUCT(b STRUCT(c INT)[])[])", "STRUCT(a STRUCT(b STRUCT(c INTEGER)[])[])"],
    ["main.mood", '"main.mood"'],
    ["mood", "mood"],
    ["Inet", "Inet"],
  ])("%s is %s", (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  test.each([
    ["", "at 0: The name of a type is missing"],
    ["INTEGER INTEGER", "at 8: The type has ended before this"],
    ["STRUCT(a)", "at 8: The name of a type is missing"],
    ["STRUCT(a INT, A INT)", "at 14: `A` is there twice"],
    ["STRUCT(a INT", "at 12: `)` is missing"],
    ["MAP(INT)", "at 7: `,` is missing"],
    ["DECIMAL(39,2)", "at 12: A DECIMAL has a width of 1 to 38, and a scale of at most its width"],
    ["DECIMAL(2,3)", "at 11: A DECIMAL has a width of 1 to 38, and a scale of at most its width"],
    ["ENUM('a','a')", "at 9: 'a' is there twice"],
    ["INT[", "at 4: `]` is missing"],
    ["INT; DROP TABLE t", "at 3: No type has `;` here"],
    ["'INT'", "at 0: The name of a type is missing"],
    ["TIMESTAMP WITH", "at 14: `TIMESTAMP WITH` is not the whole of a type"],
  ])("refuses %j", (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  test("bounds depth and length", () => {
    expect(canonical(`${"STRUCT(a ".repeat(100_000)}INT`)).toMatch(/at most 64 deep/);
    expect(canonical(`INT${"[]".repeat(1000)}`)).toMatch(/at most 64 deep/);
    expect(canonical("x".repeat(1_000_001))).toMatch(/at most 1000000 characters/);
  });

  test("a text from a database that cannot be read is a type of that name", () => {
    expect(dataTypeOf("FUTURE<INT>")).toEqual({ kind: "named", name: "FUTURE<INT>" });
  });

  test("reads back every type that it writes", () => {
    fc.assert(
      fc.property(schemaFixture.type(3), (type) => {
        const text = renderDataType(type);
        const parsed = parseDataType(text);
        expect(parsed).toEqual({ ok: true, type });
      }),
      { seed: 3_101, numRuns: 2_000 },
    );
  });
});
