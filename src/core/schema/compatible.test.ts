import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareTypes } from "./compare-types.ts";
import { type CompatibilityMode, compatibilityModes } from "./compatibility-mode.ts";
import { compatibility, isAllowed } from "./compatible.ts";
import type { ComparableSchema } from "./diff-schemas.ts";
import { dataTypeOf } from "./parse-data-type.ts";

/** Columns as name to type; a name that ends in `!` is never NULL, one with `*` is in the key. */
function table(columns: Record<string, string>): ComparableSchema {
  const plain = (name: string) => name.replace(/[!*]+$/, "");
  return {
    columns: Object.entries(columns).map(([name, type]) => ({
      name: plain(name),
      type,
      nullable: !name.includes("!"),
    })),
    key: Object.keys(columns)
      .filter((name) => name.includes("*"))
      .map(plain),
  };
}

function verdict(before: Record<string, string>, after: Record<string, string>): string {
  const { backward, forward, full } = compatibility(table(before), table(after));
  if (full) return "full";
  if (backward) return "backward";
  return forward ? "forward" : "none";
}

describe("compatibility", () => {
  test.each([
    ["nothing changed", { a: "INT" }, { A: "INTEGER" }, "full"],
    ["a nullable column was added", { a: "INT" }, { a: "INT", b: "INT" }, "full"],
    ["a required column was added", { a: "INT" }, { a: "INT", "b!": "INT" }, "forward"],
    ["a nullable column was dropped", { a: "INT", b: "INT" }, { a: "INT" }, "full"],
    ["a required column was dropped", { a: "INT", "b!": "INT" }, { a: "INT" }, "backward"],
    ["a nullable column was renamed", { "Last Name": "TEXT" }, { last_name: "TEXT" }, "full"],
    ["a required column was renamed", { "Name!": "TEXT" }, { "name_!": "TEXT" }, "none"],
    ["a renamed column became required", { Name: "TEXT" }, { "name_!": "TEXT" }, "forward"],
    ["columns changed places", { a: "INT", b: "INT" }, { b: "INT", a: "INT" }, "full"],
    ["a type was widened", { a: "INT" }, { a: "BIGINT" }, "backward"],
    ["a type was narrowed", { a: "BIGINT" }, { a: "INT" }, "forward"],
    ["a type was widened with loss", { a: "BIGINT" }, { a: "DOUBLE" }, "none"],
    ["a decimal changed its scale", { a: "DECIMAL(10,2)" }, { a: "DECIMAL(10,4)" }, "none"],
    ["a text got shorter", { a: "VARCHAR(20)" }, { a: "VARCHAR(10)" }, "forward"],
    ["a number became a text", { a: "INT" }, { a: "TEXT" }, "none"],
    ["a day became an instant", { a: "DATE" }, { a: "TIMESTAMP" }, "backward"],
    ["a zone came", { a: "TIMESTAMP" }, { a: "TIMESTAMPTZ" }, "none"],
    ["a column may be NULL now", { "a!": "INT" }, { a: "INT" }, "backward"],
    ["a column is never NULL now", { a: "INT" }, { "a!": "INT" }, "forward"],
    ["a member was added", { a: "ENUM('x')" }, { a: "ENUM('x','y')" }, "backward"],
    ["a member was removed", { a: "ENUM('x','y')" }, { a: "ENUM('x')" }, "forward"],
    ["a member was replaced", { a: "ENUM('x','y')" }, { a: "ENUM('x','z')" }, "none"],
    ["members changed places", { a: "ENUM('x','y')" }, { a: "ENUM('y','x')" }, "full"],
    ["an enumeration became text", { a: "ENUM('x')" }, { a: "TEXT" }, "backward"],
    ["a key came", { a: "INT" }, { "a*": "INT" }, "forward"],
    ["a key went", { "a*": "INT" }, { a: "INT" }, "backward"],
    ["a key grew", { "a*": "INT", b: "INT" }, { "a*": "INT", "b*": "INT" }, "backward"],
    ["a key is another", { "a*": "INT", b: "INT" }, { a: "INT", "b*": "INT" }, "none"],
    ["a field was added", { a: "STRUCT(x INT)" }, { a: "STRUCT(x INT, y INT)" }, "full"],
    ["a field was dropped", { a: "STRUCT(x INT, y INT)" }, { a: "STRUCT(x INT)" }, "full"],
    ["a field was widened", { a: "STRUCT(x INT)[]" }, { a: "STRUCT(x BIGINT)[]" }, "backward"],
    ["a field was renamed", { a: "STRUCT(xName INT)" }, { a: "STRUCT(x_name INT)" }, "full"],
    ["items were narrowed", { a: "BIGINT[]" }, { a: "INT[]" }, "forward"],
    ["a list became an array", { a: "INT[]" }, { a: "INT[3]" }, "forward"],
    ["a value became a list", { a: "INT" }, { a: "INT[]" }, "none"],
    ["keys of a map changed", { a: "MAP(INT, INT)" }, { a: "MAP(TEXT, INT)" }, "none"],
    ["a union got a member", { a: "UNION(x INT)" }, { a: "UNION(x INT, y TEXT)" }, "backward"],
    ["a union lost a member", { a: "UNION(x INT, y TEXT)" }, { a: "UNION(x INT)" }, "forward"],
    ["there was no evidence", { a: "NULL", b: "INT[]" }, { a: "DATE", b: "NULL[]" }, "full"],
  ])("%s", (_, before, after, expected) => {
    expect(verdict(before as Record<string, string>, after as Record<string, string>)).toBe(
      expected,
    );
  });

  test("says why, of each change and direction", () => {
    const { reasons } = compatibility(
      table({ id: "BIGINT", "email!": "VARCHAR", status: "ENUM('new')" }),
      table({ id: "INTEGER", "country!": "VARCHAR", status: "ENUM('new', 'done')" }),
    );
    expect(reasons.map(({ breaks, because }) => `${breaks.join()}: ${because}`)).toEqual([
      "forward: New data has no `email`, which must have a value.",
      "backward: Not every old value of `id`, a BIGINT, is a INTEGER.",
      "forward: `status` now has 'done'.",
      "backward: Old data has no `country`, which must have a value.",
    ]);
  });

  test("the other way round, backward is forward", () => {
    const types = [
      "INT",
      "BIGINT",
      "DOUBLE",
      "TEXT",
      "DATE",
      "ENUM('x')",
      "STRUCT(x INT)",
      "INT[]",
    ];
    const schema = fc
      .uniqueArray(fc.tuple(fc.constantFrom("k", "m1", "n2", "p3"), fc.constantFrom(...types)), {
        selector: ([name]) => name,
      })
      .chain((columns) =>
        fc.tuple(fc.constant(columns), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 })),
      )
      .map(([columns, flags]) => ({
        columns: columns.map(([name, type], at) => ({ name, type, nullable: flags[at] ?? true })),
        key: [],
      }));
    fc.assert(
      fc.property(schema, schema, (before, after) => {
        const one = compatibility(before, after);
        const other = compatibility(after, before);
        expect([one.backward, one.forward]).toEqual([other.forward, other.backward]);
        expect(one.backward).toBe(canRead(after, before));
      }),
      { seed: 3_106, numRuns: 1_000 },
    );

    /** The definition as it stands: every column of the reader has a value to read, or is NULL. */
    function canRead(reader: ComparableSchema, data: ComparableSchema): boolean {
      return reader.columns.every((wanted) => {
        const given = data.columns.find(({ name }) => name === wanted.name);
        if (given === undefined) return wanted.nullable;
        const step = compareTypes(dataTypeOf(given.type), dataTypeOf(wanted.type));
        const isHeld = step.kind === "same" || (step.kind === "widened" && !step.isLossy);
        return isHeld && (wanted.nullable || !given.nullable);
      });
    }
  });
});

describe("isAllowed", () => {
  const first = table({ a: "INT" });
  const second = table({ a: "BIGINT" });
  const third = table({ a: "BIGINT", "b!": "TEXT" });
  const back = table({ a: "INT", b: "TEXT" });

  test.each([
    ["none", [first], third, true],
    ["backward", [], third, true],
    ["backward", [first], second, true],
    ["forward", [first], second, false],
    ["full", [first], second, false],
    ["backward", [second], third, false],
    ["forward", [second], third, true],
    ["forward", [first, second], back, true],
    ["forward_transitive", [first, second], back, true],
    ["forward", [second, third], back, false],
    ["backward", [second, first], first, true],
    ["backward_transitive", [second, first], first, false],
    ["full_transitive", [first, first], first, true],
  ] as const)("%s (case %#)", (mode, earlier, next, expected) => {
    expect(isAllowed(mode, earlier, next).isAllowed).toBe(expected);
  });

  test("names each reason once, and only of the directions that count", () => {
    const { reasons } = isAllowed("backward_transitive", [first, first, second], third);
    expect(reasons.map(({ breaks, change }) => [change.kind, ...breaks])).toEqual([
      ["added", "backward"],
    ]);
  });

  test("a transitive mode allows nothing that its plain one refuses", () => {
    const modes: readonly CompatibilityMode[] = compatibilityModes;
    const all = [first, second, third, back];
    for (const mode of ["backward", "forward", "full"] as const) {
      const transitive = modes.find((one) => one === `${mode}_transitive`) ?? "none";
      for (const next of all) {
        if (!isAllowed(transitive, all, next).isAllowed) continue;
        expect(isAllowed(mode, all, next).isAllowed).toBe(true);
      }
    }
  });
});
