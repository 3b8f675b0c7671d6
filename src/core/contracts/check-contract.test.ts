import { describe, expect, test } from "vitest";
import type { ObservedColumn, ObservedSchema, SchemaEvidence } from "../schema/observed-schema.ts";
import { checkContract } from "./check-contract.ts";
import { compareContracts, stricterMode } from "./compare-contracts.ts";
import type { Contract, ContractColumn } from "./contract.ts";
import { contractFacts } from "./contract-facts.ts";

function promised(name: string, type: string, more: Partial<ContractColumn> = {}): ContractColumn {
  return { name, type, nullable: true, isExact: true, isKey: false, values: null, ...more };
}

function contractOf(columns: readonly ContractColumn[], more: Partial<Contract> = {}): Contract {
  return {
    id: "c",
    version: "1",
    status: "active",
    source: "orders",
    file: "contracts/orders.yaml",
    mode: "backward",
    columns,
    key: [],
    owner: null,
    cadenceMs: null,
    latencyMs: null,
    ...more,
  };
}

const csv: SchemaEvidence = { kind: "inferred", from: "csv", rows: 100 };
const json: SchemaEvidence = { kind: "inferred", from: "json", rows: 100 };
const declared: SchemaEvidence = { kind: "declared" };

function seen(
  columns: Readonly<Record<string, string>>,
  evidence: SchemaEvidence = declared,
  key: readonly string[] = [],
): ObservedSchema {
  const list = Object.entries(columns).map(
    ([name, type]): ObservedColumn => ({ name, type, nullable: true, format: null, sketch: null }),
  );
  return { columns: list, key, evidence, origin: "" };
}

describe("what is observed keeps to a contract", () => {
  test.each([
    ["the same type", promised("a", "BIGINT"), "BIGINT", declared],
    ["a narrower type", promised("a", "BIGINT"), "INTEGER", declared],
    ["no evidence", promised("a", "DATE"), "NULL", csv],
    ["digits in a text file, promised as text", promised("a", "VARCHAR"), "BIGINT", csv],
    [
      "any number of a family",
      promised("a", "DOUBLE", { isExact: false }),
      "DECIMAL(18,2)",
      declared,
    ],
    ["any whole number", promised("a", "BIGINT", { isExact: false }), "HUGEINT", declared],
    ["any instant", promised("a", "TIMESTAMP", { isExact: false }), "TIMESTAMP_NS", declared],
    ["anything with fields", promised("a", "JSON", { isExact: false }), "STRUCT(x INTEGER)", json],
    [
      "a column without a promised type",
      promised("a", "NULL", { isExact: false }),
      "BLOB",
      declared,
    ],
  ])("with %s", (_, column, type, evidence) => {
    expect(checkContract(contractOf([column]), seen({ A: type, more: "DATE" }, evidence))).toEqual({
      holds: true,
      violations: [],
    });
  });

  test.each([
    ["a wider type", promised("a", "INTEGER"), "BIGINT", declared],
    ["text for numbers", promised("a", "BIGINT"), "VARCHAR", csv],
    ["numbers for text in a database", promised("a", "VARCHAR"), "BIGINT", declared],
    ["fractions for whole numbers", promised("a", "BIGINT", { isExact: false }), "DOUBLE", csv],
    ["times for dates", promised("a", "DATE"), "TIMESTAMP", declared],
    ["other items", promised("a", "BIGINT[]", { isExact: false }), "VARCHAR[]", json],
  ])("not with %s", (_, column, type, evidence) => {
    const { holds, violations } = checkContract(contractOf([column]), seen({ a: type }, evidence));
    expect([holds, violations.map(({ kind }) => kind)]).toEqual([false, ["type"]]);
  });

  test("not when a column is missing, NULLs were seen, or a database has another key", () => {
    const shape = seen({ a: "BIGINT" }, declared, ["a", "b"]);
    const withNulls = {
      ...shape,
      columns: shape.columns.map((column) => ({
        ...column,
        sketch: { nullShare: 0.25, distinctShare: 1, minLength: 1, maxLength: 1, bottomHashes: [] },
      })),
    };
    const contract = contractOf(
      [promised("a", "BIGINT", { nullable: false }), promised("gone", "DATE")],
      { key: ["a"] },
    );
    expect(checkContract(contract, withNulls).violations.map(({ kind }) => kind)).toEqual([
      "nullability",
      "missing",
      "key",
    ]);
  });

  test("when an optional key is absent from JSON", () => {
    expect(checkContract(contractOf([promised("a", "DATE")]), seen({}, json)).holds).toBe(true);
  });
});

describe("the facts of a contract", () => {
  test("of a source without one promise nothing", () => {
    expect(contractFacts(null, [])).toMatchObject({ declared: false, holds: true, mode: null });
  });

  test("are unknown while the source was never seen", () => {
    expect(contractFacts(contractOf([]), [])).toMatchObject({ declared: true, holds: null });
  });

  test("name what breaks, and which change the mode does not allow", () => {
    const contract = contractOf([promised("a", "BIGINT")], { latencyMs: 3_600_000 });
    const facts = contractFacts(contract, [
      seen({ a: "BIGINT", b: "BIGINT" }),
      seen({ a: "VARCHAR", b: "DATE" }),
    ]);
    expect(facts).toMatchObject({ holds: false, violations: 1, broken: ["a"], latency: 3_600 });
    // Of what is promised only: `b` is the producer's own.
    expect(facts.breaking).toHaveLength(1);
  });
});

describe("one version of a contract after another", () => {
  test.each([
    ["backward", "forward", "full"],
    ["none", "backward_transitive", "backward_transitive"],
    ["none", "none", "none"],
    ["full", "forward_transitive", "full_transitive"],
  ] as const)("%s and %s together ask for %s", (left, right, both) => {
    expect(stricterMode(left, right)).toBe(both);
    expect(stricterMode(right, left)).toBe(both);
  });

  test("may not break its mode, nor loosen it in the same step", () => {
    const before = contractOf([promised("a", "BIGINT")]);
    const after = contractOf([promised("a", "INTEGER")], { mode: "none" });
    expect(compareContracts(before, after)).toMatchObject({ mode: "backward", isAllowed: false });
    expect(compareContracts(after, before)).toMatchObject({ isAllowed: true });
    expect(compareContracts(before, before)).toMatchObject({ changes: [], isAllowed: true });
  });
});
