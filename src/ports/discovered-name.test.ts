import { expect, test } from "vitest";
import { nameCandidates, placeholdersOf } from "./discovered-name.ts";

function nameOf(template: string, stem: string): string | undefined {
  const fields = new Map([["stem", stem]]);
  return nameCandidates(template, [{ fields, identity: stem, value: stem }])[0]?.name;
}

test.each([
  ["North America", "north_america"],
  ["2020-01-22", "_2020_01_22"],
  ["Städte", "stadte"],
  ["日本", "source"],
  ["__x--", "x"],
])("%s becomes %s", (stem, name) => {
  expect(nameOf("{stem}", stem)).toBe(name);
});

test("a template's placeholders are found, and filled in", () => {
  expect(placeholdersOf("a_{stem}_{1}")).toEqual(["stem", "1"]);
  expect(nameOf("shop_{stem}", "Order Items")).toBe("shop_order_items");
});
