import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schemaFixture } from "../../../test/support/schema-fixture.ts";
import { absorb } from "./absorb-schema.ts";
import type { ColumnFormat, ObservedSchema, SchemaVersion } from "./observed-schema.ts";
import { versionOf } from "./schema-version.ts";

const { csv, json, declared, observedColumn, sketch } = schemaFixture;

function kinds(before: ObservedSchema, after: ObservedSchema): readonly string[] {
  return absorb(versionOf(before), after).changes.map((change) =>
    change.kind === "nested"
      ? `${change.path} ${change.inner.kind}`
      : `${change.column} ${change.kind}`,
  );
}

/** The types of the version after some observations of one column, and how often it drifted. */
function absorbAll(first: ObservedSchema, ...rest: readonly ObservedSchema[]) {
  let version: SchemaVersion = versionOf(first);
  let drifts = 0;
  for (const observed of rest) {
    const absorbed = absorb(version, observed);
    if (absorbed.changes.length > 0) drifts += 1;
    version = absorbed.version;
  }
  return { types: version.columns.map(({ type }) => type), drifts, id: version.id };
}

function text(name: string, format: Partial<ColumnFormat>, more = {}) {
  const known = { isZeroPadded: null, timestamps: null, decimalMark: null, ...format };
  return observedColumn(name, "VARCHAR", { format: known, ...more });
}

describe("absorb", () => {
  test("the first shape is the first version", () => {
    const { version, changes } = absorb(
      null,
      csv([
        ["a", "int"],
        ["b", '"NULL"'],
      ]),
    );
    expect(changes).toEqual([]);
    expect(version.columns.map(({ type }) => type)).toEqual(["INTEGER", "NULL"]);
  });

  test("a version that learns nothing stays the same object", () => {
    const version = versionOf(
      csv([
        ["a", "BIGINT"],
        ["b", "VARCHAR"],
      ]),
    );
    expect(
      absorb(
        version,
        csv([
          ["a", "BIGINT"],
          ["b", "VARCHAR"],
        ]),
      ).version,
    ).toBe(version);
    expect(
      absorb(
        version,
        csv([
          ["A", "BIGINT"],
          ["b", "DATE"],
        ]),
      ).version,
    ).toBe(version);
  });

  test.each([
    ["numbers among decimal ones", "DOUBLE", "BIGINT"],
    ["numbers among texts", "VARCHAR", "BIGINT"],
    ["dates among texts", "VARCHAR", "DATE"],
    ["numbers in a mixture", "JSON", "BIGINT"],
    ["texts in a mixture", "JSON", "VARCHAR"],
    ["objects in a mixture", "JSON", "STRUCT(a BIGINT)"],
    ["days among instants", "TIMESTAMP", "DATE"],
    ["nothing but NULL", "BIGINT", "NULL"],
    ["empty lists", "BIGINT[]", "NULL[]"],
    ["empty lists of structs", "STRUCT(a BIGINT)[]", "NULL[]"],
    ["NULL where there was a struct", "STRUCT(a BIGINT)", "NULL"],
    ["whole numbers deep inside", "STRUCT(a STRUCT(b DOUBLE)[])", "STRUCT(a STRUCT(b BIGINT)[])"],
  ])("%s are no drift", (_, before, after) => {
    expect(absorbAll(csv([["x", before]]), csv([["x", after]]))).toMatchObject({
      types: [before],
      drifts: 0,
    });
  });

  test("what had no evidence gets a type without drift, and keeps the id of its version", () => {
    const first = json([
      ["x", "NULL"],
      ["y", "NULL[]"],
      ["z", "STRUCT(a NULL)"],
    ]);
    const { types, drifts, id } = absorbAll(
      first,
      json([
        ["x", "BIGINT"],
        ["y", "VARCHAR[]"],
        ["z", "STRUCT(a DATE)"],
      ]),
    );
    expect(types).toEqual(["BIGINT", "VARCHAR[]", "STRUCT(a DATE)"]);
    expect(drifts).toBe(0);
    expect(id).toBe(versionOf(first).id);
  });

  test("few whole numbers are no evidence of a column of whole numbers; many are", () => {
    const decimal = csv([["x", "DOUBLE"]], 100);
    expect(absorbAll(csv([["x", "BIGINT"]], 999), decimal)).toMatchObject({ drifts: 0 });
    expect(kinds(csv([["x", "BIGINT"]], 1_000), decimal)).toEqual(["x widened"]);
    const mostlyNull = observedColumn("x", "BIGINT", { sketch: sketch({ nullShare: 0.99 }) });
    expect(absorbAll(csv([mostlyNull], 5_000), decimal)).toMatchObject({ drifts: 0 });
    expect(absorbAll(csv([["x", "DATE"]], 10), csv([["x", "TIMESTAMP"]]))).toMatchObject({
      types: ["TIMESTAMP"],
      drifts: 0,
    });
    expect(
      kinds(json([["s", "STRUCT(a BIGINT)"]], 5_000), json([["s", "STRUCT(a DOUBLE)"]])),
    ).toEqual(["s.a widened"]);
  });

  test("rows of loads that fit add up to evidence", () => {
    const ten = Array.from({ length: 10 }, () => csv([["x", "BIGINT"]], 100));
    const [first, ...rest] = ten;
    expect(absorbAll(first ?? csv([]), ...rest, csv([["x", "DOUBLE"]])).drifts).toBe(1);
  });

  test.each([
    ["BIGINT", "VARCHAR", "retyped"],
    ["DATE", "BIGINT", "retyped"],
    ["BOOLEAN", "BIGINT", "retyped"],
    ["BIGINT", "STRUCT(a BIGINT)", "retyped"],
    ["VARCHAR[]", "VARCHAR", "retyped"],
  ])("inferred %s and then %s is %s, even of few rows", (before, after, kind) => {
    expect(kinds(json([["x", before]], 5), json([["x", after]], 5))).toEqual([`x ${kind}`]);
  });

  test("what a database declares counts as it is, nullability too", () => {
    expect(kinds(declared([["x", "BIGINT"]]), declared([["x", "INTEGER"]]))).toEqual([
      "x narrowed",
    ]);
    const required = observedColumn("x", "BIGINT", { nullable: false });
    expect(kinds(declared([required]), declared([["x", "BIGINT"]]))).toEqual(["x nullability"]);
    expect(kinds(csv([required]), csv([["x", "BIGINT"]]))).toEqual([]);
    expect(kinds(declared([required]), declared([required], ["x"]))).toEqual([" key"]);
  });

  test("the order of columns counts in CSV, and not in JSON", () => {
    const [one, other] = [
      ["a", "BIGINT"],
      ["b", "VARCHAR"],
    ] as const;
    expect(kinds(csv([one, other]), csv([other, one]))).toEqual(["a reordered"]);
    expect(kinds(json([one, other]), json([other, one]))).toEqual([]);
    expect(
      kinds(json([["s", "STRUCT(a INT, b INT)"]]), json([["s", "STRUCT(b INT, a INT)"]])),
    ).toEqual([]);
  });

  test("a key of JSON that is absent from few rows, or was NULL before, is not gone", () => {
    const always = observedColumn("note", "VARCHAR", { sketch: sketch() });
    const sometimes = observedColumn("note", "VARCHAR", { sketch: sketch({ nullShare: 0.2 }) });
    const id = ["id", "BIGINT"] as const;
    expect(kinds(json([id, sometimes]), json([id]))).toEqual([]);
    expect(kinds(json([id, always]), json([id]))).toEqual(["note dropped"]);
    expect(kinds(json([id, always], 1), json([id], 1))).toEqual([]);
    expect(kinds(csv([id, sometimes]), csv([id]))).toEqual(["note dropped"]);
    expect(kinds(json([id, ["note", "NULL"]]), json([id]))).toEqual([]);
    expect(kinds(json([id]), json([id, ["note", "NULL"]]))).toEqual([]);
    expect(kinds(csv([id]), csv([id, ["note", "NULL"]]))).toEqual(["note added"]);
  });

  test("a key of JSON that was NULL once is not gone when it is absent later", () => {
    const always = observedColumn("note", "VARCHAR", { sketch: sketch() });
    const sometimes = observedColumn("note", "VARCHAR", { sketch: sketch({ nullShare: 0.5 }) });
    expect(
      absorbAll(
        json([always, ["id", "BIGINT"]]),
        json([sometimes, ["id", "BIGINT"]]),
        json([["id", "BIGINT"]]),
      ).drifts,
    ).toBe(0);
  });

  test("a key of JSON under another name is renamed, deep inside too", () => {
    const id = ["id", "BIGINT"] as const;
    const sometimes = observedColumn("postalCode", "VARCHAR", {
      sketch: sketch({ nullShare: 0.2 }),
    });
    expect(kinds(json([id, sometimes]), json([id, ["postal_code", "VARCHAR"]]))).toEqual([
      "postalCode renamed",
    ]);
    expect(
      kinds(
        json([["a", "STRUCT(postalCode VARCHAR)"]], 5),
        json([["a", "STRUCT(postal_code VARCHAR)"]], 5),
      ),
    ).toEqual(["a.postalCode renamed"]);
  });

  test("fields that few objects lack are not gone; new ones are new", () => {
    const full = json([["a", "STRUCT(city VARCHAR, zip VARCHAR)"]]);
    expect(kinds(full, json([["a", "STRUCT(city VARCHAR)"]], 50))).toEqual([]);
    expect(kinds(full, json([["a", "STRUCT(city VARCHAR)"]], 5_000))).toEqual(["a.zip dropped"]);
    expect(kinds(json([["a", "STRUCT(city VARCHAR)"]]), full)).toEqual(["a.zip added"]);
    expect(
      kinds(json([["a", "STRUCT(city VARCHAR)"]]), json([["a", "STRUCT(city VARCHAR, x NULL)"]])),
    ).toEqual([]);
  });

  test("zero padding that comes is news, also where digits looked like numbers", () => {
    const padded = text("fips", { isZeroPadded: true });
    expect(kinds(csv([["fips", "BIGINT"]]), csv([padded]))).toEqual([
      "fips retyped",
      "fips format",
    ]);
    expect(kinds(csv([text("fips", { isZeroPadded: false })]), csv([padded]))).toEqual([
      "fips format",
    ]);
  });

  test("zero padding that goes is news only where its absence tells something", () => {
    const padded = text(
      "fips",
      { isZeroPadded: true },
      { sketch: sketch({ minLength: 5, maxLength: 5 }) },
    );
    const plain = (minLength: number, maxLength: number) =>
      text("fips", { isZeroPadded: false }, { sketch: sketch({ minLength, maxLength }) });
    expect(kinds(csv([padded]), csv([plain(4, 5)], 10))).toEqual(["fips format"]);
    expect(kinds(csv([padded]), csv([plain(5, 5)], 5_000))).toEqual([]);
    const loose = text(
      "fips",
      { isZeroPadded: true },
      { sketch: sketch({ minLength: 2, maxLength: 5 }) },
    );
    expect(kinds(csv([loose]), csv([plain(2, 5)], 50))).toEqual([]);
    expect(kinds(csv([loose]), csv([plain(2, 5)], 5_000))).toEqual(["fips format"]);
    const numbers = observedColumn("fips", "BIGINT", {
      sketch: sketch({ minLength: 2, maxLength: 5 }),
    });
    expect(kinds(csv([loose]), csv([numbers], 5_000))).toEqual(["fips format"]);
  });

  test("other patterns of time are news; fewer of them are not", () => {
    const us = "M/D/YYYY H:mm";
    const iso = "YYYY-MM-DD HH:mm:ss";
    const at = (...timestamps: string[]) => csv([text("at", { timestamps })]);
    expect(kinds(at(us), at(iso))).toEqual(["at format"]);
    expect(kinds(at(us, iso), at(iso))).toEqual([]);
    expect(kinds(at(us), at(us, iso))).toEqual(["at format"]);
    expect(kinds(at(us), csv([text("at", {})]))).toEqual([]);
    expect(kinds(csv([text("at", {})]), at(us))).toEqual([]);
  });

  test("a column that moved and changed says both, and the version is what arrived", () => {
    const before = csv([
      ["a", "BIGINT"],
      ["b", "VARCHAR"],
      ["c", "DATE"],
    ]);
    const after = csv([
      ["c", "DATE"],
      ["a", "VARCHAR"],
      ["b", "VARCHAR"],
    ]);
    const absorbed = absorb(versionOf(before), after);
    expect(absorbed.changes.map(({ kind, column }) => `${column} ${kind}`)).toEqual([
      "a retyped",
      "c reordered",
    ]);
    expect(absorbed.version.id).toBe(versionOf(after).id);
  });

  test("no drift in 500 loads of a stable schema whose data varies", () => {
    fc.assert(
      fc.property(fc.array(load, { minLength: 500, maxLength: 500 }), (loads) => {
        let version = versionOf(stable);
        for (const observed of loads) {
          const absorbed = absorb(version, observed);
          expect(absorbed.changes).toEqual([]);
          expect(absorbed.version.id).toBe(version.id);
          version = absorbed.version;
        }
        expect(version.columns).toHaveLength(stable.columns.length);
      }),
      { seed: 3_105, numRuns: 5 },
    );
  });
});

const full: Readonly<Record<string, readonly string[]>> = {
  id: ["BIGINT"],
  amount: ["DOUBLE", "BIGINT", "NULL"],
  at: ["TIMESTAMP", "DATE", "NULL"],
  note: ["VARCHAR", "BIGINT", "DATE", "BOOLEAN", "NULL"],
  tags: ["VARCHAR[]", "NULL[]", "NULL"],
  items: [
    "STRUCT(sku VARCHAR, price DOUBLE, sizes BIGINT[])[]",
    "STRUCT(sku BIGINT, price BIGINT, sizes NULL[])[]",
    "STRUCT(price NULL, sku VARCHAR)[]",
    "NULL[]",
    "NULL",
  ],
  address: [
    "STRUCT(city VARCHAR, geo STRUCT(lat DOUBLE, lon DOUBLE))",
    "STRUCT(geo STRUCT(lon BIGINT, lat DOUBLE), city VARCHAR)",
    "STRUCT(city NULL, geo NULL)",
    "STRUCT()",
    "NULL",
  ],
};

const stable = json(
  Object.entries(full).map(([name, types]) =>
    observedColumn(name, types[0] ?? "NULL", {
      sketch: sketch({ nullShare: name === "id" ? 0 : 0.1 }),
    }),
  ),
  200,
);

/** A load of the schema above: keys in any order, some absent, and types as few rows show them. */
const load = fc
  .record({
    rows: fc.integer({ min: 1, max: 50 }),
    names: fc.shuffledSubarray(Object.keys(full).filter((name) => name !== "id")),
    picks: fc.array(fc.nat(99), { minLength: 8, maxLength: 8 }),
  })
  .map(({ rows, names, picks }) =>
    json(
      ["id", ...names].map((name, at) => {
        const types = full[name] ?? [];
        const type = types[(picks[at] ?? 0) % types.length] ?? "NULL";
        const nullShare = type === "NULL" ? 1 : (picks[at] ?? 0) / 200;
        return observedColumn(name, type, { sketch: sketch({ nullShare }) });
      }),
      rows,
    ),
  );
