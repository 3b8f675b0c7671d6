import type { UseCollector, UseDetail } from "../../core/lineage/collect-uses.ts";
import {
  flowOfColumn,
  mergeFlows,
  noFlow,
  passThrough,
  type ValueFlow,
} from "../../core/lineage/value-flow.ts";

/** A column of a result, with the base columns that it is made from. */
export interface ShapeColumn {
  readonly name: string;
  readonly flow: ValueFlow;
  /** True when `*` brought it, not its name. */
  readonly isFromStar: boolean;
}

/** The columns of a query's or table's result. */
export interface ResultShape {
  readonly columns: readonly ShapeColumn[];
  /** Tables whose new columns would show up here too. */
  readonly stars: readonly string[];
  /** Tables whose columns are not known, and may be columns here. */
  readonly open: readonly string[];
  /** What columns of names that are not known are made from; `null` when there are none. */
  readonly rest: ValueFlow | null;
  /** All base tables below. */
  readonly bases: readonly string[];
}

/** A result under the name by which expressions call it. */
export interface Relation {
  readonly alias: string | null;
  /** The schema of a table that is called by its own name. */
  readonly schema: string | null;
  readonly shape: ResultShape;
  /** True when `*` leaves it out, as the right side of SEMI and ANTI joins. */
  readonly isHidden: boolean;
}

/** Where names of an expression are looked up. */
export interface Scope {
  readonly parent: Scope | null;
  readonly reading: Reading;
  readonly ctes: Map<string, ResultShape>;
  readonly relations: Relation[];
  /** Columns that USING and NATURAL made one. */
  readonly merged: Map<string, ValueFlow>;
  /** Outputs that later expressions may call by their alias. */
  readonly aliases: Map<string, ValueFlow>;
  readonly windows: Map<string, ValueFlow>;
  /** Parameters of lambdas. */
  readonly locals: ReadonlySet<string>;
  /** What COLUMNS(…) stands for while an expression is read once for each. */
  readonly standIn: ValueFlow | null;
}

/** One reading of a query: what it gathers, and the readers of the parts of a tree. */
export interface Reading {
  readonly uses: UseCollector;
  readonly unresolved: Set<string>;
  /** What names in the text stood for. */
  readonly named: ValueFlow[];
  /** Tables that may be read, by folded `schema.name` and, where unique, by folded name. */
  readonly tables: ReadonlyMap<string, ResultShape>;
  readonly allTables: readonly string[];
  /** Tables that were found in the query. */
  readonly touched: Set<string>;
  /** Tree objects of names that were looked up. */
  readonly seen: WeakSet<object>;
  /** Calls of aggregate functions so far, those of windows not counted. */
  readonly counts: { aggregates: number };
  readonly query: (value: unknown, scope: Scope | null) => ResultShape;
  readonly flow: (value: unknown, scope: Scope) => ValueFlow;
  readonly condition: (value: unknown, scope: Scope, detail: UseDetail) => ValueFlow;
  readonly relation: (value: unknown, scope: Scope) => readonly Relation[];
}

export const emptyShape: ResultShape = { columns: [], stars: [], open: [], rest: null, bases: [] };

/** A scope inside another, which sees what that one sees. */
export function innerScope(parent: Scope | null, reading: Reading): Scope {
  return {
    parent,
    reading,
    ctes: new Map(),
    relations: [],
    merged: new Map(),
    aliases: new Map(),
    windows: new Map(),
    locals: new Set(),
    standIn: parent?.standIn ?? null,
  };
}

/** Names compare without case. */
export const fold = (name: string) => name.toLowerCase();

/** The nearest common table expression of a name. */
export function findCte(scope: Scope, name: string): ResultShape | null {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const shape = at.ctes.get(fold(name));
    if (shape !== undefined) return shape;
  }
  return null;
}

/** Columns that a scope's `*` gives, in order. */
export function visibleRelations(scope: Scope): readonly Relation[] {
  return scope.relations.filter(({ isHidden }) => !isHidden);
}

/** All columns of a result as one value, as a row or a star inside a function is. */
export function wholeFlow(shape: ResultShape, reading: Reading): ValueFlow {
  for (const table of shape.stars) reading.uses.addWhole(table, "star");
  for (const table of shape.open)
    leaveOpen(reading, [table], `the columns of ${table} are not known`);
  const flows = shape.columns.map(({ flow }) => flow);
  return mergeFlows([...flows, shape.rest ?? noFlow]);
}

/** Says what is not known, and counts the tables in question as used for any end. */
export function leaveOpen(reading: Reading, tables: readonly string[], reason: string): void {
  reading.unresolved.add(reason);
  for (const table of tables.length === 0 ? reading.allTables : tables) {
    reading.uses.addWhole(table, "opaque");
  }
}

/** The column of a name in a result, if it has or may have one. */
export function columnOfShape(shape: ResultShape, name: string): ValueFlow | null {
  const found = shape.columns.filter((column) => fold(column.name) === fold(name));
  if (found.length > 0) return mergeFlows(found.map(({ flow }) => flow));
  const [only, ...others] = shape.open;
  if (only !== undefined && others.length === 0) return flowOfColumn(only, name);
  if (only !== undefined) return mergeFlows(shape.open.map((table) => flowOfColumn(table, "*")));
  return shape.rest;
}

/** Names of functions that SQL lets stand without parentheses, so that they look like columns. */
const bareFunctions = new Set([
  "current_catalog",
  "current_date",
  "current_role",
  "current_schema",
  "current_time",
  "current_timestamp",
  "current_user",
  "default",
  "localtime",
  "localtimestamp",
  "session_user",
  "user",
]);

/** The flow of a name, and the relation that has it, where one alone does. */
export interface Lookup {
  readonly flow: ValueFlow;
  readonly relation: Relation | null;
}

/** Looks a name up in a scope and those around it; what is found nowhere is left open. */
export function lookUp(scope: Scope, parts: readonly string[]): Lookup {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const found = inScope(at, parts);
    if (found !== null) {
      scope.reading.named.push(found.flow);
      return found;
    }
  }
  const [first = "", ...others] = parts;
  if (others.length === 0 && bareFunctions.has(fold(first))) {
    return { flow: noFlow, relation: null };
  }
  const bases: string[] = [];
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    bases.push(...at.relations.flatMap(({ shape }) => shape.bases));
  }
  leaveOpen(scope.reading, bases, `no table of the query is known to have ${parts.join(".")}`);
  return { flow: noFlow, relation: null };
}

function inScope(scope: Scope, parts: readonly string[]): Lookup | null {
  const [first = "", second, third] = parts;
  if (scope.locals.has(fold(first))) return { flow: noFlow, relation: null };
  if (second !== undefined) {
    const qualified = inQualified(scope, parts);
    if (qualified !== null) return qualified;
  }
  if (second !== undefined && third !== undefined && parts.length > 3) {
    const inCatalog = inQualified(scope, parts.slice(1));
    if (inCatalog !== null) return inCatalog;
  }
  const plain = inColumns(scope, first);
  if (plain === null) return null;
  return { ...plain, flow: afterFields(plain.flow, parts.length - 1) };
}

function inQualified(scope: Scope, parts: readonly string[]): Lookup | null {
  const [first = "", second = "", third] = parts;
  for (const relation of scope.relations) {
    const isSchema = relation.schema !== null && fold(relation.schema) === fold(first);
    if (third !== undefined && isSchema && isNamed(relation, second)) {
      const flow = columnOfShape(relation.shape, third);
      if (flow !== null) return { flow: afterFields(flow, parts.length - 3), relation };
    }
    if (isNamed(relation, first)) {
      const flow = columnOfShape(relation.shape, second);
      if (flow !== null) return { flow: afterFields(flow, parts.length - 2), relation };
    }
  }
  return null;
}

function inColumns(scope: Scope, name: string): Lookup | null {
  const merged = scope.merged.get(fold(name));
  if (merged !== undefined) return { flow: merged, relation: null };
  const position = /^#([0-9]{1,4})$/.exec(name)?.[1];
  const known = scope.relations.filter(({ shape }) =>
    shape.columns.some((column) => fold(column.name) === fold(name)),
  );
  if (known.length > 0) return inRelations(known, name);
  const alias = scope.aliases.get(fold(name));
  const unclear = scope.relations.filter(({ shape }) => shape.open.length > 0 || shape.rest);
  if (alias !== undefined) {
    const flows = unclear.map(({ shape }) => columnOfShape(shape, name) ?? noFlow);
    return { flow: mergeFlows([alias, ...flows]), relation: null };
  }
  const row = scope.relations.find((relation) => isNamed(relation, name));
  if (row !== undefined && row.shape.open.length === 0) {
    const flow = passThrough(wholeFlow(row.shape, scope.reading), "transformation");
    return { flow, relation: row };
  }
  if (unclear.length === 0) {
    return position === undefined ? null : atPosition(scope, Number(position));
  }
  if (unclear.length > 1 || unclear.some(({ shape }) => shape.open.length > 1)) {
    const tables = unclear.flatMap(({ shape }) => shape.bases);
    leaveOpen(scope.reading, tables, `it is not known which table has ${name}`);
  }
  return inRelations(unclear, name);
}

function inRelations(relations: readonly Relation[], name: string): Lookup {
  const flows = relations.map(({ shape }) => columnOfShape(shape, name) ?? noFlow);
  const [only, ...others] = relations;
  return { flow: mergeFlows(flows), relation: others.length === 0 ? (only ?? null) : null };
}

function atPosition(scope: Scope, position: number): Lookup | null {
  const columns = visibleRelations(scope).flatMap(({ shape }) => shape.columns);
  const flow = columns[position - 1]?.flow;
  return flow === undefined ? null : { flow, relation: null };
}

const isNamed = ({ alias }: Relation, name: string) => alias !== null && fold(alias) === fold(name);

const afterFields = (flow: ValueFlow, count: number) =>
  count > 0 ? passThrough(flow, "transformation") : flow;
