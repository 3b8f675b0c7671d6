import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { assembleProject } from "./assemble-project.ts";
import { parseContract } from "./parse-contract.ts";
import { parseProjectFiles } from "./parse-project-files.ts";
import { sourceText } from "./source-text.ts";

const head = {
  version: "1.2.0",
  apiVersion: "v3.1.0",
  kind: "DataContract",
  id: "c-1",
  status: "active",
};

function read(more: object, extra: object = {}) {
  const text = stringify({ ...head, schema: [{ name: "orders", ...more }], ...extra });
  const { draft, problems } = parseContract(sourceText("contracts/orders.yaml", text));
  const object = draft?.objects[0];
  return { object, contract: object?.contract, gates: object?.gates ?? [], problems };
}

describe("a contract's columns", () => {
  test("take the physical type where DuckDB has it, else what the logical one stands for", () => {
    const { contract, problems } = read({
      properties: [
        { name: "id", logicalType: "integer", physicalType: "bigint", primaryKey: true },
        { name: "amount", logicalType: "number", physicalType: "money_type" },
        { name: "n", logicalType: "integer", logicalTypeOptions: { format: "u8" } },
        { name: "at", logicalType: "timestamp", logicalTypeOptions: { timezone: true } },
        { name: "tags", logicalType: "array", items: { logicalType: "string" } },
        {
          name: "address",
          logicalType: "object",
          properties: [{ name: "city", logicalType: "string" }],
        },
        { name: "x", physicalName: "Country/Region", required: true },
      ],
    });
    expect(problems).toEqual([]);
    expect(contract?.columns.map((c) => [c.name, c.type, c.isExact, c.nullable])).toEqual([
      ["id", "BIGINT", true, false],
      ["amount", "DOUBLE", false, true],
      ["n", "UTINYINT", false, true],
      ["at", "TIMESTAMP WITH TIME ZONE", false, true],
      ["tags", "VARCHAR[]", false, true],
      ["address", "STRUCT(city VARCHAR)", false, true],
      ["Country/Region", "NULL", false, false],
    ]);
    expect(contract?.key).toEqual(["id"]);
  });
});

describe("a contract's conditions become checks", () => {
  const cases = [
    { quality: { metric: "nullValues", mustBe: 0 }, check: { kind: "not_null", column: "c" } },
    {
      quality: { metric: "duplicateValues", mustBeLessThan: 1 },
      check: { kind: "unique", columns: ["c"] },
    },
    {
      quality: { metric: "invalidValues", mustBe: 0, arguments: { validValues: ["a", "b"] } },
      check: { kind: "accepted_values", column: "c", values: ["a", "b"] },
    },
    {
      quality: {
        type: "sql",
        query: "select count(*) from orders where c < 0 or ({property} > 9)",
        mustBe: 0,
      },
      check: { kind: "expression", sql: '(c < 0 or ("c" > 9)) IS NOT TRUE' },
    },
  ];
  test.each(cases)("$check.kind", ({ quality, check }) => {
    const { gates, problems } = read({ properties: [{ name: "c", quality: [quality] }] });
    expect(problems).toEqual([]);
    expect(gates).toMatchObject([{ check, onFail: "quarantine", by: null }]);
  });

  test.each([
    [{ mustBeGreaterThan: 10 }, { min: 11, max: null }],
    [{ mustBeBetween: [1, 5] }, { min: 1, max: 5 }],
    [{ mustBe: 7 }, { min: 7, max: 7 }],
    [{ mustBeLessThan: 3 }, { min: null, max: 2 }],
  ])("the number of rows with %j", (operator, bounds) => {
    const { gates } = read({ quality: [{ metric: "rowCount", ...operator }] });
    expect(gates).toMatchObject([{ check: { kind: "row_count", ...bounds }, onFail: "fail" }]);
  });

  test("severity and an own property say what a failure does", () => {
    const of = (more: object) =>
      read({ properties: [{ name: "c", quality: [{ metric: "nullValues", mustBe: 0, ...more }] }] })
        .gates[0]?.onFail;
    expect(of({ severity: "error" })).toBe("fail");
    expect(of({ severity: "info" })).toBe("warn");
    expect(of({ customProperties: [{ property: "sluice.onFail", value: "warn" }] })).toBe("warn");
  });

  test.each([
    { metric: "nullValues", mustBeLessThan: 5, unit: "percent" },
    { metric: "invalidValues", mustBe: 0, arguments: { pattern: "^A" } },
    { type: "sql", query: "select max(c) from orders", mustBe: 3 },
    { type: "sql", query: "select count(*) from orders where c = 1) or (1 = 1", mustBe: 0 },
    { type: "custom", engine: "soda", implementation: "x" },
  ])("what cannot be said is named: %j", (quality) => {
    const { gates, problems } = read({ properties: [{ name: "c", quality: [quality] }] });
    expect(gates).toEqual([]);
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([
      ["promise-not-watched", "warning"],
    ]);
  });
});

test("service levels, owner and mode are read", () => {
  const { contract, problems } = read(
    {},
    {
      slaProperties: [
        { property: "frequency", value: 1, unit: "d" },
        { property: "latency", value: "4", unit: "h" },
        { property: "retention", value: 3, unit: "y" },
      ],
      team: { name: "shop" },
      customProperties: [{ property: "compatibility", value: "full_transitive" }],
    },
  );
  expect(contract).toMatchObject({
    cadenceMs: 86_400_000,
    latencyMs: 14_400_000,
    owner: "shop",
    mode: "full_transitive",
  });
  expect(problems.map(({ message }) => message)).toEqual([
    "This promise is not watched: no one watches `retention`.",
  ]);
});

test("a misspelt key and a wrong mode are found where they stand", () => {
  const { problems } = read({ propertys: [] });
  expect(problems).toMatchObject([
    { code: "unknown-key", location: { line: 8 }, fix: "Did you mean `properties`?" },
  ]);
  const wrong = read({}, { customProperties: [{ property: "compatibility", value: "backwards" }] });
  expect(wrong.problems).toMatchObject([
    { code: "not-allowed-value", location: { line: 10 }, fix: "Did you mean `backward`?" },
  ]);
});

const connectors = new Map([
  [
    "file",
    {
      connection: z.strictObject({}),
      locator: z.strictObject({ path: z.string() }),
      pattern: z.strictObject({ path: z.string() }),
    },
  ],
]);

function assemble(contracts: Readonly<Record<string, object>>, connection: object = {}) {
  const files = {
    "sluice.yaml": { project: "p", defaults: { owner: "everyone" } },
    "connections/files.yaml": {
      connection: "files",
      type: "file",
      sources: [
        {
          name: "orders",
          path: "o.csv",
          cadence: "2d",
          checks: [{ not_null: "id", on_fail: "warn" }],
        },
        { name: "customers", path: "c.csv" },
      ],
      ...connection,
    },
    ...contracts,
  };
  const draft = parseProjectFiles(
    Object.entries(files).map(([path, value]) => ({ path, text: stringify(value) })),
    connectors,
  );
  return assembleProject(draft, new Map());
}

describe("a project's contracts", () => {
  const orders = {
    ...head,
    team: { name: "shop" },
    schema: [{ name: "raw.orders", properties: [{ name: "id", primaryKey: true }] }],
    slaProperties: [{ property: "frequency", value: 1, unit: "d" }],
  };

  test("give their source a key, owner and checks, and what it declares stands", () => {
    const { project, problems } = assemble({ "contracts/orders.yaml": orders });
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([
      ["contract-differs", "warning"],
    ]);
    const [customers, source] = project?.sources ?? [];
    expect(customers?.contract).toBeNull();
    expect(source).toMatchObject({ key: ["id"], owner: "shop", cadenceMs: 172_800_000 });
    expect(source?.contract).toMatchObject({ source: "orders", file: "contracts/orders.yaml" });
    expect(source?.gates.map(({ name, onFail }) => [name, onFail])).toEqual([
      ["not_null_id", "warn"],
      ["unique_id", "quarantine"],
    ]);
  });

  test("must be about a source that is there, each about another", () => {
    const unknown = assemble({ "contracts/a.yaml": { ...head, schema: [{ name: "order" }] } });
    expect(unknown.problems).toMatchObject([{ code: "unknown-source", severity: "error" }]);
    expect(unknown.problems[0]?.fix).toContain("Did you mean `orders`?");
    const two = assemble({
      "contracts/a.yaml": orders,
      "contracts/b.yaml": { ...orders, id: "b" },
    });
    expect(two.problems.map(({ code }) => code)).toContain("duplicate-contract");
  });

  test("may be about a source that only discovery brings, when they name it", () => {
    const found = {
      ...head,
      schema: [{ name: "x", customProperties: [{ property: "sluice.source", value: "region_1" }] }],
    };
    const { project, problems } = assemble(
      { "contracts/a.yaml": found },
      { discover: [{ path: "region_*.csv" }] },
    );
    expect(problems).toEqual([]);
    expect(project?.discover[0]?.contracts).toMatchObject([{ contract: { source: "region_1" } }]);
  });
});
