import { expect, test } from "vitest";
import { presumeText } from "./presume-text.ts";

test.each([
  ["NULL", "VARCHAR"],
  ["NULL[]", "VARCHAR[]"],
  ['STRUCT(a NULL, "NULL" INTEGER)', 'STRUCT(a VARCHAR, "NULL" INTEGER)'],
  ["MAP(VARCHAR, NULL)", "MAP(VARCHAR, VARCHAR)"],
  ["ENUM('NULL', 'x')", "ENUM('NULL', 'x')"],
  ["DECIMAL(10,2)", "DECIMAL(10,2)"],
])("%s is taken for %s", (type, presumed) => {
  expect(presumeText(type)).toBe(presumed);
});
