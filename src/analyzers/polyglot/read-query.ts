import { isSameFlow, mergeFlows, noFlow, type ValueFlow } from "../../core/lineage/value-flow.ts";
import { hoistSetOperation } from "./hoist-set-operation.ts";
import { pivotShape, withNames } from "./read-relation.ts";
import { readOrder, readSelect, useWhole } from "./read-select.ts";
import {
  emptyShape,
  fold,
  innerScope,
  leaveOpen,
  type Reading,
  type ResultShape,
  type Scope,
  type ShapeColumn,
} from "./scope.ts";
import {
  bareNode,
  childrenOf,
  type Fields,
  fieldsOf,
  listOf,
  nameOf,
  namesOf,
  type SyntaxNode,
} from "./syntax-node.ts";

/** The result of a query of any form, read in a scope of its own inside another. */
export function readQuery(value: unknown, parent: Scope | null, reading: Reading): ResultShape {
  const node = bareNode(value);
  const hoisted = node?.kind === "select" ? hoistSetOperation(node) : null;
  if (hoisted !== null) return reading.query(hoisted, parent);
  const scope = innerScope(parent, reading);
  if (node === null) {
    leaveOpen(reading, [], "the query has a form that is not known");
    return emptyShape;
  }
  readCtes(node.fields["with"], scope);
  const { kind, fields } = node;
  if (kind === "select") return readSelect(fields, scope);
  if (kind === "subquery") return readNested(fields, scope);
  if (kind === "union" || kind === "intersect" || kind === "except") return readSet(node, scope);
  if (kind === "values") return readValues(fields, scope);
  if (kind === "pivot" || kind === "unpivot") return pivotShape(node, scope);
  leaveOpen(reading, [], `the analysis does not read ${kind.replaceAll("_", " ")}`);
  return emptyShape;
}

function readNested(fields: Fields, scope: Scope): ResultShape {
  const inner = scope.reading.query(fields["this"], scope);
  scope.relations.push({ alias: null, schema: null, shape: inner, isHidden: false });
  readOrder(fields["order_by"], inner, scope);
  readLimits(fields, scope);
  return inner;
}

function readLimits(fields: Fields, scope: Scope): void {
  for (const limit of [fields["limit"], fields["offset"]]) {
    const flows = childrenOf(limit).map(({ origin }) => scope.reading.flow(origin, scope));
    scope.reading.uses.add(mergeFlows(flows), { context: "filter" });
  }
}

function readCtes(value: unknown, scope: Scope): void {
  const { ctes, recursive } = fieldsOf(value);
  for (const cte of listOf(ctes)) {
    const { this: query, alias, columns, key_expressions: keys } = fieldsOf(cte);
    const name = nameOf(alias) ?? "";
    const names = namesOf(columns);
    const shape =
      recursive === true
        ? readRecursive({ query, name, names }, scope)
        : withNames(scope.reading.query(query, scope), names);
    for (const key of namesOf(keys)) {
      const column = shape.columns.find((found) => fold(found.name) === fold(key));
      scope.reading.uses.add(column?.flow ?? noFlow, { context: "distinct" });
    }
    scope.ctes.set(fold(name), shape);
  }
}

interface Recursion {
  readonly query: unknown;
  readonly name: string;
  readonly names: readonly string[];
}

/**
 * Reads a query that may read its own result, again and again until no column gets a new source.
 * Each round adds one at least, so that there are no more rounds than columns that flow.
 */
function readRecursive({ query, name, names }: Recursion, scope: Scope): ResultShape {
  const node = bareNode(query);
  if (node?.kind !== "union" || !callsItself(query, name)) {
    return withNames(scope.reading.query(query, scope), names);
  }
  const inner = innerScope(scope, scope.reading);
  readCtes(node.fields["with"], inner);
  let shape = withNames(scope.reading.query(node.fields["left"], inner), names);
  for (let round = 0; round < maxRounds; round += 1) {
    inner.ctes.set(fold(name), shape);
    const next = withNames(readSet(node, inner), names);
    if (isSameShape(shape, next)) return next;
    shape = next;
  }
  leaveOpen(scope.reading, shape.bases, `the recursion of ${name} is too deep to follow`);
  return shape;
}

const maxRounds = 50;

const callsItself = (query: unknown, name: string) =>
  JSON.stringify(query).toLowerCase().includes(JSON.stringify(name).toLowerCase());

function isSameShape(a: ResultShape, b: ResultShape): boolean {
  const isSame = (column: ShapeColumn, at: number) => {
    const other = b.columns[at];
    return other !== undefined && isSameFlow(column.flow, other.flow);
  };
  return (
    a.columns.length === b.columns.length &&
    a.columns.every(isSame) &&
    isSameFlow(a.rest ?? noFlow, b.rest ?? noFlow) &&
    a.open.length === b.open.length
  );
}

function readValues(fields: Fields, scope: Scope): ResultShape {
  const rows = listOf(fields["expressions"]).map((row) => {
    const cells = listOf(fieldsOf(fieldsOf(row)["tuple"] ?? row)["expressions"]);
    return cells.map((cell) => scope.reading.flow(cell, scope));
  });
  const width = Math.max(0, ...rows.map((row) => row.length));
  const columns = Array.from({ length: width }, (_, at) => ({
    name: `col${at}`,
    flow: mergeFlows(rows.map((row) => row[at] ?? noFlow)),
    isFromStar: false,
  }));
  const shape = { ...emptyShape, columns };
  return withNames(shape, namesOf(fields["column_aliases"]));
}

/** UNION, INTERSECT and EXCEPT: columns meet by position, or by name where that is asked for. */
function readSet(node: SyntaxNode, scope: Scope): ResultShape {
  const { fields, kind } = node;
  const { uses } = scope.reading;
  const left = scope.reading.query(fields["left"], scope);
  const right = scope.reading.query(fields["right"], scope);
  const isByName = fields["by_name"] === true || fields["corresponding"] === true;
  const columns = isByName ? byName(left, right) : byPosition(left, right);
  const both: ResultShape = {
    columns,
    stars: [...new Set([...left.stars, ...right.stars])],
    open: [...new Set([...left.open, ...right.open])],
    rest: left.rest ?? right.rest,
    bases: [...new Set([...left.bases, ...right.bases])],
  };
  if (!isByName) {
    for (const { flow } of [...left.columns, ...right.columns]) uses.add(flow, { context: "set" });
    for (const table of both.stars) uses.addWhole(table, "set");
  }
  for (const table of both.stars) uses.addWhole(table, "star");
  if (fields["all"] !== true) useWhole(both, "distinct", scope);
  scope.relations.push({ alias: null, schema: null, shape: both, isHidden: false });
  readOrder(fields["order_by"], both, scope);
  readLimits(fields, scope);
  // Rows of the right side of EXCEPT and INTERSECT only decide which of the left stay.
  return kind === "union" ? both : { ...left, bases: both.bases };
}

function byPosition(left: ResultShape, right: ResultShape): readonly ShapeColumn[] {
  const width = Math.max(left.columns.length, right.columns.length);
  return Array.from({ length: width }, (_, at) => {
    const sides = [left.columns[at], right.columns[at]];
    return joinedColumn(sides.filter((side) => side !== undefined));
  });
}

function byName(left: ResultShape, right: ResultShape): readonly ShapeColumn[] {
  const names = [...left.columns, ...right.columns].map(({ name }) => fold(name));
  return [...new Set(names)].map((name) =>
    joinedColumn([...left.columns, ...right.columns].filter((side) => fold(side.name) === name)),
  );
}

function joinedColumn(sides: readonly ShapeColumn[]): ShapeColumn {
  const flows: readonly ValueFlow[] = sides.map(({ flow }) => flow);
  return {
    name: sides[0]?.name ?? "",
    flow: mergeFlows(flows),
    isFromStar: sides.some(({ isFromStar }) => isFromStar),
  };
}
