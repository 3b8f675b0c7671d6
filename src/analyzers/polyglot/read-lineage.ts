import { collectUses } from "../../core/lineage/collect-uses.ts";
import type { LineageRequest, QueryLineage, TableShape } from "../../core/lineage/query-lineage.ts";
import {
  flowOfColumn,
  flowWithout,
  mergeFlows,
  noFlow,
  sourcesOfFlow,
} from "../../core/lineage/value-flow.ts";
import { compareText } from "../../core/std/compare.ts";
import { readCondition } from "./read-condition.ts";
import { readExpression } from "./read-expression.ts";
import { readQuery } from "./read-query.ts";
import { readRelation } from "./read-relation.ts";
import { fold, leaveOpen, type Reading, type ResultShape } from "./scope.ts";
import { findNodes, nameOf } from "./syntax-node.ts";

/**
 * Reads the lineage off the syntax tree of a query. What the reading does not reach is left open,
 * never left out: a column or table of the tree that nothing looked up counts as used for any end.
 */
export function readLineage(statements: readonly unknown[], request: LineageRequest): QueryLineage {
  const reading = newReading(request.tables);
  const [statement, ...more] = statements;
  if (statement === undefined || more.length > 0) {
    leaveOpen(reading, [], `one query is wanted; there are ${statements.length} statements`);
  }
  const result = reading.query(statement, null);
  for (const table of result.stars) reading.uses.addWhole(table, "star");
  for (const table of result.open) {
    leaveOpen(reading, [table], `the columns of ${table} are not known`);
  }
  leaveRestOpen(statements, reading);
  const flows = result.columns.map(({ flow }) => flow);
  const unnamed = flowWithout(result.rest ?? noFlow, flows);
  if (unnamed.size > 0) reading.unresolved.add("the data names some of the columns");
  const unknown = result.open.map((table) => flowOfColumn(table, "*"));
  const beside = mergeFlows([...unknown, unnamed]);
  const others = beside.size === 0 ? [] : [{ name: "*", flow: beside }];
  reading.uses.addNamed(flowWithout(mergeFlows(reading.named), [...flows, beside]));
  return {
    columns: [...result.columns, ...others].map(({ name, flow }) => ({
      name,
      from: sourcesOfFlow(flow),
    })),
    uses: reading.uses.list(),
    unresolved: [...reading.unresolved].sort(compareText),
  };
}

function newReading(tables: readonly TableShape[]): Reading {
  const reading: Reading = {
    uses: collectUses(),
    unresolved: new Set(),
    named: [],
    tables: byWrittenName(tables),
    allTables: tables.map(textOf),
    touched: new Set(),
    seen: new WeakSet(),
    counts: { aggregates: 0 },
    query: (value, scope) => readQuery(value, scope, reading),
    flow: (value, scope) => (value === undefined ? noFlow : readExpression(value, scope)),
    condition: readCondition,
    relation: readRelation,
  };
  return reading;
}

/** `schema.name`; a table without schema has its plain name. */
const textOf = ({ table: { schema, name } }: TableShape) =>
  schema === "" ? name : `${schema}.${name}`;

function byWrittenName(tables: readonly TableShape[]): ReadonlyMap<string, ResultShape> {
  const byName = new Map<string, ResultShape>();
  const plain = new Map<string, number>();
  for (const { table } of tables) {
    plain.set(fold(table.name), (plain.get(fold(table.name)) ?? 0) + 1);
  }
  for (const shape of tables) {
    const text = textOf(shape);
    const result = shapeOf(text, shape);
    if (plain.get(fold(shape.table.name)) === 1) byName.set(fold(shape.table.name), result);
  }
  for (const shape of tables) byName.set(fold(textOf(shape)), shapeOf(textOf(shape), shape));
  return byName;
}

function shapeOf(text: string, { columns }: TableShape): ResultShape {
  return {
    columns: columns.map(({ name }) => ({
      name,
      flow: flowOfColumn(text, name),
      isFromStar: true,
    })),
    stars: [text],
    open: [],
    rest: null,
    bases: [text],
  };
}

/** Names in the tree that nothing looked up are in a place that the reading does not know. */
function leaveRestOpen(statements: readonly unknown[], reading: Reading): void {
  const columns = findNodes(statements, ({ kind }) => kind === "column");
  const missed = columns.filter(({ origin }) => !reading.seen.has(origin));
  for (const { fields } of missed) {
    const name = nameOf(fields["name"]) ?? "";
    leaveOpen(reading, [...reading.touched], `what ${name} is for is not known`);
  }
  for (const { fields } of findNodes(statements, ({ kind }) => kind === "table")) {
    const schema = nameOf(fields["schema"]);
    const name = nameOf(fields["name"]) ?? "";
    const text = fold(schema === null ? name : `${schema}.${name}`);
    const known = reading.tables.get(text)?.bases ?? [];
    const isMissed = known.some((base) => !reading.touched.has(fold(base)));
    if (isMissed && schema !== null) leaveOpen(reading, known, `what ${text} is for is not known`);
  }
}
