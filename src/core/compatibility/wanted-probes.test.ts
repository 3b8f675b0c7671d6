import { describe, expect, test } from "vitest";
import {
  added,
  dropped,
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
import type { Probe } from "./evidence.ts";
import { wantedProbes } from "./wanted-probes.ts";

function wanted(lineage: QueryLineage, ...changes: SchemaChange[]): readonly Probe[] {
  const probes = wantedProbes({ lineage, reaching: ofOrders(changes), renameThreshold: 0.75 });
  return probes.get("raw.orders") ?? [];
}

const summed = lineageOf([output("s", "amount", "aggregation")]);

describe("the probes that are worth asking", () => {
  test("are whether values survive, for types that a model uses", () => {
    expect(wanted(summed, typed("narrowed", "amount", ["DOUBLE", "BIGINT"]))).toEqual([
      { kind: "lossy_cast", column: "amount", to: "BIGINT" },
    ]);
    expect(wanted(summed, typed("retyped", "amount", ["BIGINT", "VARCHAR"]))).toEqual([
      { kind: "lossy_cast", column: "amount", to: "BIGINT" },
    ]);
    expect(wanted(summed, typed("narrowed", "other", ["DOUBLE", "BIGINT"]))).toEqual([]);
  });

  test("go by the name that a column has in the batch", () => {
    const changes = [typed("narrowed", "amount", ["DOUBLE", "BIGINT"]), renamed("amount", "total")];
    expect(wanted(summed, ...changes)).toEqual([
      { kind: "lossy_cast", column: "total", to: "BIGINT" },
    ]);
  });

  test("are NULLs and losses only where they would corrupt, here or where they are handed to", () => {
    const widened = typed("widened", "k", ["BIGINT", "DOUBLE"]);
    const computed = lineageOf([output("k", "k", "transformation")]);
    expect(wanted(computed, widened, nullAllowed("k"))).toEqual([]);
    expect(wanted(lineageOf([output("k", "k")]), widened, nullAllowed("k"))).toHaveLength(2);
    expect(wanted(lineageOf([], [use("join", "k")]), widened, nullAllowed("k"))).toEqual(
      [
        { kind: "nulls", column: "k" },
        { kind: "lossy_cast", column: "k", to: "BIGINT" },
      ].toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1)),
    );
  });

  test("are members that neither the past nor the query knows", () => {
    const lineage = lineageOf([], [use("conditional", "s", { literals: ["refunded"] })]);
    expect(wanted(lineage, gained("s", "lost"))).toEqual([
      { kind: "new_members", column: "s", known: ["open", "paid", "refunded"] },
    ]);
  });

  test("are rows of one key, under the names of the batch, if it still has them all", () => {
    const key: SchemaChange = { kind: "key", column: "", before: ["id", "day"], after: ["id"] };
    expect(wanted(summed, key, renamed("day", "date"))).toEqual([
      { kind: "duplicates", columns: ["id", "date"] },
    ]);
    expect(wanted(summed, key, dropped("day"))).toEqual([]);
  });

  test("are partners of a join whose other side is certain", () => {
    const other = { table: "ref.counties" };
    const probe = { kind: "unmatched", column: "fips", table: "ref.counties" } as const;
    const pair = [use("join", "fips"), use("join", "code", other)];
    expect(wanted(lineageOf([], pair), unpadded("fips"))).toEqual([
      { ...probe, otherColumn: "code" },
    ]);
    const named = [...pair, use("join", "day"), use("join", "FIPS", other)];
    expect(wanted(lineageOf([], named), unpadded("fips"))).toEqual([
      { ...probe, otherColumn: "FIPS" },
    ]);
    const several = [...pair, use("join", "day"), use("join", "date", other)];
    expect(wanted(lineageOf([], several), unpadded("fips"))).toEqual([]);
  });

  test("are each asked once, and none of what rows cannot tell", () => {
    const lineage = lineageOf(
      [output("a", "amount"), output("b", "amount", "transformation")],
      [use("filter", "amount"), use("join", "amount"), use("star", "*")],
    );
    expect(
      wanted(
        lineage,
        typed("narrowed", "amount", ["DOUBLE", "BIGINT"]),
        added("x"),
        dropped("email"),
        { kind: "replaced", column: "" },
      ),
    ).toEqual([{ kind: "lossy_cast", column: "amount", to: "BIGINT" }]);
  });
});
