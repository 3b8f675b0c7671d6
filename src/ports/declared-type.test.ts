import { expect, test } from "vitest";
import { canonicalType, declaredTypeSchema } from "./declared-type.ts";

test.each([
  ["varchar", "VARCHAR"],
  ["text", "VARCHAR"],
  ["varchar(20)", "VARCHAR"],
  ["decimal(18, 2)", "DECIMAL(18,2)"],
  ["NUMERIC (10,4)", "DECIMAL(10,4)"],
  ["decimal(5)", "DECIMAL(5,0)"],
  ["decimal", "DECIMAL(18,3)"],
  ["int[]", "INTEGER[]"],
  ["timestamp with time zone", "TIMESTAMP WITH TIME ZONE"],
  ["timestamptz", "TIMESTAMP WITH TIME ZONE"],
  ["HUGEINT", "HUGEINT"],
])("%s is %s", (declared, type) => {
  expect(declaredTypeSchema.safeParse(declared).success).toBe(true);
  expect(canonicalType(declared)).toBe(type);
});

test.each(["INTEGER) FROM x; --", "'", "", "STRUCT(a INT)", "DECIMAL(1,2,3)"])(
  "%s is no type that people can declare",
  (declared) => {
    expect(declaredTypeSchema.safeParse(declared).success).toBe(false);
  },
);
