import { describe, expect, test } from "vitest";
import type { ColumnUse, OutputColumn, UseContext, ValueOrigin } from "./query-lineage.ts";
import {
  downstreamOf,
  impactOf,
  lineageGraph,
  type TracedTable,
  type TraceStep,
  upstreamOf,
} from "./trace-columns.ts";

const to = (name: string, ...from: (readonly [string, string, ValueOrigin])[]): OutputColumn => ({
  name,
  from: from.map(([table, column, how]) => ({ table, column, how, absorbs: [] })),
});
const use = (table: string, column: string, context: UseContext): ColumnUse => ({
  table,
  column,
  context,
  literals: null,
  hasElse: false,
});

function made(
  table: string,
  inputs: readonly string[],
  columns: readonly OutputColumn[],
  uses: readonly ColumnUse[] = [],
): TracedTable {
  const names = columns.map(({ name }) => name);
  return { table, inputs, columns: names, lineage: { columns, uses, unresolved: [] } };
}

const graph = lineageGraph([
  made(
    "main.orders",
    ["raw.orders"],
    [
      to("id", ["raw.orders", "ID", "identity"]),
      to(
        "total",
        ["raw.orders", "price", "transformation"],
        ["raw.orders", "tax", "transformation"],
      ),
    ],
    [use("raw.orders", "status", "filter")],
  ),
  made(
    "main.daily",
    ["main.orders"],
    [to("total", ["main.orders", "total", "aggregation"])],
    [use("main.orders", "id", "order")],
  ),
  made("main.size", ["main.daily"], [to("n")]),
  {
    table: "main.odd",
    inputs: ["main.daily"],
    columns: ["x"],
    lineage: {
      columns: [],
      uses: [use("main.daily", "*", "opaque")],
      unresolved: ["it cannot be read"],
    },
  },
]);

const text = (steps: readonly TraceStep[]) =>
  steps.map(
    ({ from, to: end, how, distance }) =>
      `${distance} ${from.table}.${from.column ?? "*"} ${how} ${end.table}.${end.column ?? "*"}`,
  );
const values = { depth: null, isThroughRows: false };

describe("walks over lineage", () => {
  test("upstream of a column goes to its sources, and names what its rows depend on", () => {
    expect(text(upstreamOf(graph, { table: "main.daily", column: "TOTAL" }, values))).toEqual([
      "1 main.orders.total aggregation main.daily.total",
      "1 main.orders.id order main.daily.*",
      "2 raw.orders.price transformation main.orders.total",
      "2 raw.orders.tax transformation main.orders.total",
      "2 raw.orders.status filter main.orders.*",
    ]);
  });

  test("downstream of a column ends where its value does", () => {
    expect(text(downstreamOf(graph, { table: "raw.orders", column: "price" }, values))).toEqual([
      "1 raw.orders.price transformation main.orders.total",
      "2 main.orders.total aggregation main.daily.total",
      "3 main.daily.* opaque main.odd.x",
      "3 main.daily.* opaque main.odd.*",
    ]);
    expect(text(downstreamOf(graph, { table: "raw.orders", column: "status" }, values))).toEqual([
      "1 raw.orders.status filter main.orders.*",
    ]);
  });

  test("a walk stops at its depth", () => {
    const near = { depth: 1, isThroughRows: false };
    expect(text(downstreamOf(graph, { table: "raw.orders", column: "id" }, near))).toEqual([
      "1 raw.orders.ID identity main.orders.id",
    ]);
    expect(
      upstreamOf(graph, { table: "main.size", column: null }, { depth: 0, isThroughRows: true }),
    ).toEqual([]);
  });

  test("the impact of a filtered column is all that reads the rows, even by count(*) alone", () => {
    const reached = impactOf(graph, { table: "raw.orders", column: "status" }).map(
      (step) => step.to.table,
    );
    expect([...new Set(reached)]).toEqual(["main.orders", "main.daily", "main.odd", "main.size"]);
  });

  test("a column that nothing uses has no impact", () => {
    expect(impactOf(graph, { table: "raw.orders", column: "note" })).toEqual([]);
    expect(impactOf(graph, { table: "raw.unknown", column: null })).toEqual([]);
  });

  test("a circle, which projects cannot have, ends too", () => {
    const circle = lineageGraph([
      made("main.a", ["main.b"], [to("x", ["main.b", "x", "identity"])]),
      made("main.b", ["main.a"], [to("x", ["main.a", "x", "identity"])]),
    ]);
    expect(upstreamOf(circle, { table: "main.a", column: "x" }, values)).toHaveLength(2);
    expect(impactOf(circle, { table: "main.a", column: "x" })).toHaveLength(2);
  });
});
