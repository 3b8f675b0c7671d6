import { describe, expect, test } from "vitest";
import {
  added,
  dropped,
  evidenceOf,
  gained,
  lineageOf,
  nullAllowed,
  ofOrders,
  output,
  renamed,
  typed,
  unpadded,
  use,
} from "../../../test/support/model-evidence-fixture.ts";
import type { QueryLineage } from "../lineage/query-lineage.ts";
import type { SchemaChange } from "../schema/schema-change.ts";
import { assessModel } from "./assess-model.ts";
import type { ReachingChange } from "./assessment.ts";
import type { ModelEvidence } from "./model-evidence.ts";

/** What readers see, in short; `!` marks what is tainted. */
function seen(reaching: readonly ReachingChange[]): readonly string[] {
  return reaching.map(
    ({ table, change, affects, isTainted }) =>
      `${table}.${change.column} ${affects === "column" ? change.kind : affects}${isTainted ? "!" : ""}`,
  );
}

const toDouble = typed("widened", "amount", ["BIGINT", "DOUBLE"]);
const narrowed = typed("narrowed", "amount", ["DOUBLE", "BIGINT"]);
const toText = typed("retyped", "amount", ["BIGINT", "VARCHAR"]);

describe("what readers of a model see", () => {
  const cases: readonly [string, SchemaChange, QueryLineage, readonly string[]][] = [
    [
      "is the change under the output's name, where it is handed on",
      toDouble,
      lineageOf([output("total", "amount"), output("again", "amount")]),
      ["marts.mart.again widened", "marts.mart.total widened"],
    ],
    [
      "is nothing of a type that a cast gives",
      toDouble,
      lineageOf([output("total", "amount", "transformation", ["type"])]),
      [],
    ],
    [
      "is other values of text that a cast reads",
      toText,
      lineageOf([output("total", "amount", "transformation", ["type"])]),
      ["marts.mart.total values"],
    ],
    [
      "is nothing of a NULL that COALESCE takes",
      nullAllowed("a"),
      lineageOf([output("a", "a", "transformation", ["null"])]),
      [],
    ],
    ["is nothing of a column that is not used", dropped("b"), lineageOf([output("a", "a")]), []],
    [
      "is other values of a sum over NULLs",
      nullAllowed("a"),
      lineageOf([output("s", "a", "aggregation")]),
      ["marts.mart.s values"],
    ],
    [
      "is corrupt values of what is made from another format",
      unpadded("f"),
      lineageOf([output("f", "f", "transformation")]),
      ["marts.mart.f values!"],
    ],
    [
      "is other rows where a column only filters",
      gained("s", "lost"),
      lineageOf([output("a", "a")], [use("filter", "s", { literals: ["paid"] })]),
      ["marts.mart.* rows"],
    ],
    [
      "is corrupt rows where a filter no longer means what it did",
      narrowed,
      lineageOf([output("a", "a")], [use("filter", "amount")]),
      ["marts.mart.* rows!"],
    ],
    [
      "is nothing where a filter is indifferent to the change",
      typed("widened", "amount", ["INTEGER", "BIGINT"], false),
      lineageOf([output("a", "a")], [use("filter", "amount")]),
      [],
    ],
    [
      "is what is new, under *",
      added("x"),
      lineageOf([output("a", "a")], [use("star", "*")]),
      ["marts.mart.x added"],
    ],
    ["is nothing of what is new, under names", added("x"), lineageOf([output("a", "a")]), []],
    [
      "is the new name, under *",
      renamed("a", "b"),
      lineageOf([output("a", "a")], [use("star", "*")]),
      ["marts.mart.a renamed"],
    ],
    [
      "is nothing of a new name, under one of its own",
      renamed("a", "b"),
      lineageOf([output("a", "a")]),
      [],
    ],
    [
      "is another table, for all we know, of a query that is not understood",
      added("x"),
      lineageOf([], [use("opaque", "*")]),
      ["marts.mart. replaced"],
    ],
    [
      "is other rows of another key",
      { kind: "key", column: "", before: ["id"], after: ["id", "day"] },
      lineageOf([output("id", "id")]),
      ["marts.mart. rows"],
    ],
  ];
  test.each(cases)("%s", (_name, change, lineage, expected) => {
    expect(seen(assessModel(evidenceOf(lineage, [change])).derived)).toEqual(expected);
  });

  test("has the types that the binder found", () => {
    const column = (type: string) => [{ name: "total", type, nullable: true }];
    const { derived } = assessModel(
      evidenceOf(
        lineageOf([output("total", "amount", "aggregation")]),
        [typed("widened", "amount", ["INTEGER", "DOUBLE"])],
        { outputs: column("HUGEINT"), bind: { ok: true, columns: column("DOUBLE") } },
      ),
    );
    expect(derived[0]?.change).toMatchObject({ before: "HUGEINT", after: "DOUBLE" });
  });

  test("is only other values, when the binder found no other type", () => {
    const columns = [{ name: "total", type: "DOUBLE", nullable: true }];
    const { derived } = assessModel(
      evidenceOf(lineageOf([output("total", "amount", "aggregation")]), [toDouble], {
        outputs: columns,
        bind: { ok: true, columns },
      }),
    );
    expect(seen(derived)).toEqual(["marts.mart.total values"]);
  });

  test("is not a new column that the result is known to lack", () => {
    const lineage = lineageOf([output("a", "a")], [use("star", "*")]);
    const bind = { ok: true as const, columns: [{ name: "a", type: "BIGINT", nullable: true }] };
    const { derived, stops } = assessModel(evidenceOf(lineage, [added("x")], { bind }));
    expect(derived).toEqual([]);
    expect(stops[0]?.because).toContain("the result does not have it");
  });
});

describe("where a change ends", () => {
  test("is said with its proof", () => {
    const { stops } = assessModel(
      evidenceOf(
        lineageOf([
          output("a", "a"),
          output("total", "amount", "transformation", ["type"]),
          output("b", "b", "transformation", ["null"]),
        ]),
        [toDouble, nullAllowed("b"), dropped("c"), added("d"), renamed("a", "aa")],
      ),
    );
    expect(Object.fromEntries(stops.map(({ column, because }) => [column, because]))).toEqual({
      a: "The query gives it the name `a` itself.",
      amount: "A CAST gives `total` its type on every way.",
      b: "COALESCE takes a NULL of `b`.",
      c: "The query does not read it.",
      d: "The query names the columns that it reads, and writes no `*` here.",
    });
  });

  test("is nowhere while one of its ways goes on", () => {
    const { stops, derived } = assessModel(
      evidenceOf(
        lineageOf([output("x", "amount", "transformation", ["type"]), output("y", "amount")]),
        [toDouble],
      ),
    );
    expect(stops).toEqual([]);
    expect(seen(derived)).toEqual(["marts.mart.y widened"]);
  });
});

describe("down a chain of models", () => {
  function next(
    name: string,
    lineage: QueryLineage,
    reaching: readonly ReachingChange[],
    more: Partial<ModelEvidence> = {},
  ) {
    return assessModel(
      evidenceOf(lineage, [], { model: name, table: `marts.${name}`, reaching, ...more }),
    );
  }

  test("a change reaches as far as the column does, and a cast ends it for all behind", () => {
    const staging = next("staging", lineageOf([output("amt", "amount")]), ofOrders([toDouble]));
    const typedMart = next(
      "typed",
      lineageOf([output("amt", "marts.staging/amt", "transformation", ["type"])]),
      staging.derived,
    );
    const behind = next("behind", lineageOf([output("amt", "marts.typed/amt")]), typedMart.derived);
    const beside = next(
      "beside",
      lineageOf([], [use("join", "amt", { table: "marts.staging" })]),
      staging.derived,
    );
    expect(staging.gate).toBe("drift");
    expect(typedMart.gate).toBe("absorbed");
    expect([behind.gate, behind.score, behind.stops]).toEqual(["safe", 1, []]);
    expect(beside.gate).toBe("corrupts");
  });

  test("values that are corrupt drift where they are handed on, and corrupt again where they are keys", () => {
    const made = next(
      "made",
      lineageOf([output("code", "f", "transformation")]),
      ofOrders([unpadded("f")]),
    );
    const handed = next("handed", lineageOf([output("code", "marts.made/code")]), made.derived);
    const joined = next(
      "joined",
      lineageOf([], [use("join", "code", { table: "marts.handed" })]),
      handed.derived,
    );
    expect([made.gate, handed.gate, joined.gate]).toEqual(["corrupts", "drift", "corrupts"]);
  });

  test("COALESCE does not give back what an adapter made NULL", () => {
    const tainted = ofOrders([dropped("email")]).map((one) => ({ ...one, isTainted: true }));
    const filled = next(
      "filled",
      lineageOf([output("email", "email", "transformation", ["null"])]),
      tainted,
    );
    const grouped = next(
      "grouped",
      lineageOf([], [use("group", "email", { table: "marts.filled" })]),
      filled.derived,
    );
    expect([filled.gate, grouped.gate]).toEqual(["absorbed", "corrupts"]);
  });

  test("other rows are a drift for every reader, however far", () => {
    const filtered = next(
      "filtered",
      lineageOf([output("a", "a")], [use("filter", "s", { literals: ["paid"] })]),
      ofOrders([gained("s", "lost")]),
    );
    const counted = next(
      "counted",
      lineageOf([output("n", "marts.filtered/a", "aggregation")]),
      filtered.derived,
    );
    const shown = next("shown", lineageOf([output("n", "marts.counted/n")]), counted.derived);
    expect([filtered.gate, counted.gate, shown.gate]).toEqual(["drift", "drift", "drift"]);
  });
});
