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
import { assessModel } from "./assess-model.ts";
import type { Assessment } from "./assessment.ts";
import type { Probe, ProbeResult } from "./evidence.ts";

const toDouble = typed("widened", "amount", ["DECIMAL(18,2)", "DOUBLE"]);

function inShort({ gate, score }: Assessment): string {
  return `${gate} ${Math.round(score * 100)}`;
}

function answers(...results: readonly [Probe, number][]): ReadonlyMap<string, ProbeResult[]> {
  return new Map([
    ["raw.orders", results.map(([probe, hits]) => ({ probe, rows: 50, hits, examples: ["3.7"] }))],
  ]);
}

describe("orders: amount becomes DOUBLE, status gains a member, email goes, channel comes", () => {
  const changes = [toDouble, gained("status", "refunded"), dropped("email"), added("channel")];

  const models: Readonly<Record<string, QueryLineage | null>> = {
    active_customers: lineageOf([output("id", "customer_id")]),
    revenue_by_region: lineageOf(
      [output("region", "region"), output("revenue", "amount", "aggregation")],
      [use("group", "region"), use("filter", "status", { literals: ["paid"] })],
    ),
    stg_orders: lineageOf([
      output("id", "id"),
      output("email", "email"),
      output("status", "status"),
      output("amount", "amount", "transformation", ["type"]),
    ]),
    email_marketing: lineageOf([output("email", "email")], [use("join", "email")]),
    refund_rate: lineageOf(
      [output("rate", "status", "transformation")],
      [use("conditional", "status", { literals: ["open", "paid"] })],
    ),
    unknown_model: null,
  };

  test("each model has its gate and score, which differ by what it does with the columns", () => {
    const found = Object.entries(models).map(([name, lineage]) => [
      name,
      inShort(assessModel(evidenceOf(lineage, changes))),
    ]);
    expect(Object.fromEntries(found)).toEqual({
      active_customers: "safe 100",
      revenue_by_region: "drift 66",
      stg_orders: "breaks 10",
      email_marketing: "breaks 10",
      refund_rate: "corrupts 0",
      unknown_model: "corrupts 0",
    });
  });

  test("a view that gives the dropped column as NULL makes what hands it on a drift", () => {
    const patched = ofOrders(changes).map((reaching) =>
      reaching.change.kind === "dropped" ? { ...reaching, isTainted: true } : reaching,
    );
    const stg = models["stg_orders"] ?? null;
    expect(inShort(assessModel(evidenceOf(stg, [], { reaching: patched })))).toBe("drift 93");
    const joined = models["email_marketing"] ?? null;
    expect(assessModel(evidenceOf(joined, [], { reaching: patched })).gate).toBe("corrupts");
  });

  test("a rename that was found is one to rewrite, whatever else the column is used for", () => {
    const joined = models["email_marketing"] ?? null;
    const change = renamed("email", "email_addr");
    expect(inShort(assessModel(evidenceOf(joined, [change])))).toBe("rewritable 55");
    expect(inShort(assessModel(evidenceOf(joined, [renamed("email", "email_addr", 0.6)])))).toBe(
      "breaks 10",
    );
  });
});

describe("the binder", () => {
  const message = 'Binder Error: Referenced column "email" not found in FROM clause!';
  const failed = { bind: { ok: false as const, message } };
  const bound = { bind: { ok: true as const, columns: [] } };

  test("is believed when the query fails, whatever lineage says", () => {
    const assessment = assessModel(
      evidenceOf(lineageOf([output("id", "id")]), [dropped("email")], failed),
    );
    expect(assessment.gate).toBe("breaks");
    expect(assessment.evidence).toBe(1);
    expect(assessment.terms[0]?.because).toContain(message);
  });

  test("that misses a column which lineage says is used counts it once", () => {
    const { terms, score } = assessModel(
      evidenceOf(lineageOf([output("email", "email")]), [dropped("email")], failed),
    );
    expect(terms).toHaveLength(1);
    expect(terms[0]?.because).toContain(message);
    expect(score).toBeCloseTo(0.1);
  });

  test("that misses a name which can be rewritten does not make it worse", () => {
    const change = renamed("email", "mail");
    const lineage = lineageOf([output("email", "email")]);
    expect(assessModel(evidenceOf(lineage, [change], failed)).gate).toBe("rewritable");
  });

  test("that accepts a query whose column is gone has found another column of that name", () => {
    const lineage = lineageOf([output("id", "id")], [use("filter", "email")]);
    const { gate, terms } = assessModel(evidenceOf(lineage, [dropped("email")], bound));
    expect(gate).toBe("corrupts");
    expect(terms[0]?.because).toContain("the name means another column now");
  });

  test("that accepts a query under * has one column less to give", () => {
    const lineage = lineageOf([output("email", "email")], [use("star", "*")]);
    const { gate, derived } = assessModel(evidenceOf(lineage, [dropped("email")], bound));
    expect(gate).toBe("drift");
    expect(derived.map(({ table, change }) => [table, change.kind, change.column])).toEqual([
      ["marts.mart", "dropped", "email"],
    ]);
  });

  test("that gives the same columns as before speaks for a query that is not understood, of what is new", () => {
    const columns = [{ name: "id", type: "BIGINT", nullable: true }];
    const evidence = evidenceOf(null, [added("x")], {
      bind: { ok: true, columns },
      outputs: columns,
    });
    expect(inShort(assessModel(evidence))).toBe("drift 0");
    const pivoted = { ...evidence, outputs: [...columns, ...columns] };
    expect(assessModel(pivoted).gate).toBe("corrupts");
  });

  test("never makes silent corruption better", () => {
    const lineage = lineageOf([], [use("join", "k")]);
    const change = typed("narrowed", "k", ["DOUBLE", "BIGINT"]);
    expect(assessModel(evidenceOf(lineage, [change], bound)).gate).toBe("corrupts");
  });
});

describe("the staged rows", () => {
  const narrowed = typed("narrowed", "amount", ["DOUBLE", "BIGINT"]);
  const summed = lineageOf([output("s", "amount", "aggregation")]);
  const cast: Probe = { kind: "lossy_cast", column: "amount", to: "BIGINT" };

  test("that all survive a cast make a narrowing a drift, and the term says so", () => {
    const { gate, terms } = assessModel(
      evidenceOf(summed, [narrowed], { probes: answers([cast, 0]) }),
    );
    expect(gate).toBe("drift");
    expect(terms[0]?.because).toContain("none of 50 staged rows would be changed by a cast");
  });

  test("that do not keep it corrupting, with examples", () => {
    const { gate, terms } = assessModel(
      evidenceOf(summed, [narrowed], { probes: answers([cast, 2]) }),
    );
    expect(gate).toBe("corrupts");
    expect(terms[0]?.because).toContain("2 of 50 staged rows would be changed by a cast");
    expect(terms[0]?.because).toContain("'3.7'");
  });

  test("of an empty batch prove nothing", () => {
    const empty = new Map([["raw.orders", [{ probe: cast, rows: 0, hits: 0, examples: [] }]]]);
    expect(assessModel(evidenceOf(summed, [narrowed], { probes: empty })).gate).toBe("corrupts");
  });

  test("make text that still reads as numbers one cast away", () => {
    const change = typed("retyped", "amount", ["BIGINT", "VARCHAR"]);
    const probes = answers([cast, 0]);
    expect(assessModel(evidenceOf(summed, [change], { probes })).gate).toBe("rewritable");
  });

  test("speak for the column under the name that it has in the batch", () => {
    const changes = [narrowed, renamed("amount", "total")];
    const probes = answers([{ ...cast, column: "total" }, 0]);
    expect(assessModel(evidenceOf(summed, changes, { probes })).gate).toBe("rewritable");
    expect(assessModel(evidenceOf(summed, changes, { probes: answers([cast, 0]) })).gate).toBe(
      "corrupts",
    );
  });

  test("without NULLs keep a join key", () => {
    const lineage = lineageOf([], [use("join", "k")]);
    const probes = answers([{ kind: "nulls", column: "k" }, 0]);
    expect(assessModel(evidenceOf(lineage, [nullAllowed("k")], { probes })).gate).toBe("drift");
  });

  test("without a new member leave a CASE as it was", () => {
    const lineage = lineageOf([], [use("conditional", "s", { literals: ["paid"] })]);
    const probes = answers([{ kind: "new_members", column: "s", known: ["open", "paid"] }, 0]);
    expect(assessModel(evidenceOf(lineage, [gained("s", "lost")], { probes })).gate).toBe("drift");
  });

  test("without any new member speak for a model further down that names some of them", () => {
    const first = assessModel(
      evidenceOf(lineageOf([output("state", "s")]), [gained("s", "lost", "refunded")]),
    );
    const second = evidenceOf(
      lineageOf(
        [],
        [use("conditional", "state", { table: "marts.mart", literals: ["paid", "refunded"] })],
      ),
      [],
      { table: "marts.second", reaching: first.derived },
    );
    expect(assessModel(second).gate).toBe("corrupts");
    const probes = answers([{ kind: "new_members", column: "s", known: ["open", "paid"] }, 0]);
    expect(assessModel({ ...second, probes }).gate).toBe("drift");
  });

  test("that all find their partner keep a key that is written otherwise", () => {
    const lineage = lineageOf(
      [],
      [use("join", "fips"), use("join", "code", { table: "ref.counties" })],
    );
    const probes = answers([
      { kind: "unmatched", column: "fips", table: "ref.counties", otherColumn: "code" },
      0,
    ]);
    expect(assessModel(evidenceOf(lineage, [unpadded("fips")], { probes })).gate).toBe("drift");
  });

  test("of the source count for models further down that have the values as they are", () => {
    const first = assessModel(
      evidenceOf(lineageOf([output("total", "amount")]), [narrowed], {
        probes: answers([cast, 0]),
      }),
    );
    const second = assessModel(
      evidenceOf(lineageOf([output("s", "marts.mart/total", "aggregation")]), [], {
        table: "marts.second",
        reaching: first.derived,
        probes: answers([cast, 0]),
      }),
    );
    expect(second.gate).toBe("drift");
  });
});

describe("evidence", () => {
  const change = typed("narrowed", "amount", ["DOUBLE", "BIGINT"]);
  const summed = lineageOf([output("s", "amount", "aggregation")]);
  const bind = { ok: true as const, columns: [] };
  const probes = answers([{ kind: "lossy_cast", column: "amount", to: "BIGINT" }, 0]);
  const sample = { rowsBefore: 10, rowsAfter: 10, rowsDiffering: 0 };

  test("has a tier without gaps below it", () => {
    const tier = (more: Parameters<typeof evidenceOf>[2]) =>
      assessModel(evidenceOf(summed, [change], more)).evidence;
    expect(tier({})).toBe(0);
    expect(tier({ bind })).toBe(1);
    expect(tier({ bind, probes: new Map() })).toBe(1);
    expect(tier({ bind, probes })).toBe(2);
    expect(tier({ bind, sample })).toBe(1);
    expect(tier({ bind, probes, sample })).toBe(3);
  });

  test("of equal results makes a drift a smaller risk, and of other results a greater one", () => {
    const score = (rowsDiffering: number) =>
      assessModel(evidenceOf(summed, [toDouble], { sample: { ...sample, rowsDiffering } })).score;
    expect(score(0)).toBeCloseTo(0.95);
    expect(score(5)).toBeLessThan(score(0));
    expect(score(20)).toBeCloseTo(0.75);
  });
});
