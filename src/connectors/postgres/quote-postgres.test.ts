import { expect, test } from "vitest";
import { quoteName, quoteText } from "./quote-postgres.ts";

test.each([
  ["orders", '"orders"'],
  ['My "Table"', '"My ""Table"""'],
  ["x; DROP TABLE y", '"x; DROP TABLE y"'],
])("the name %s is %s", (name, quoted) => {
  expect(quoteName(name)).toBe(quoted);
});

test.each([
  ["it's", "'it''s'"],
  ["a\\'b", " E'a\\\\''b'"],
])("the text %s is %s", (text, quoted) => {
  expect(quoteText(text)).toBe(quoted);
});
