import {
  flowOfColumn,
  mergeFlows,
  passThrough,
  type ValueFlow,
} from "../../core/lineage/value-flow.ts";
import { readJoined } from "./read-join.ts";
import { readPivot, readUnpivot } from "./read-pivot.ts";
import {
  emptyShape,
  findCte,
  fold,
  leaveOpen,
  type Relation,
  type ResultShape,
  type Scope,
} from "./scope.ts";
import { nameOf, namesOf, nodeOf, type SyntaxNode } from "./syntax-node.ts";

/** What stands in FROM or a join, as relations; joins in parentheses give several. */
export function readRelation(value: unknown, scope: Scope): readonly Relation[] {
  const node = nodeOf(value);
  if (node === null) return [];
  const { kind, fields } = node;
  if (kind === "table") return [readTable(fields, scope)];
  if (kind === "column") return [readTable(fields, scope, node)];
  if (kind === "paren") return readRelation(fields["this"], scope);
  if (kind === "joined_table") return readJoined(fields, scope);
  if (kind === "alias" || kind === "pivot_alias" || kind === "table_alias") {
    const inner = readRelation(fields["this"], scope);
    return [renamed(inner, aliasOf(fields), namesOf(fields["column_aliases"]))];
  }
  if (kind === "pivot" || kind === "unpivot") {
    const shape = pivotShape(node, scope);
    return [renamed([relationOf(null, shape)], aliasOf(fields), namesOf(fields["alias_columns"]))];
  }
  if (kind === "lateral") {
    const inner = readRelation(fields["this"], scope);
    return [renamed(inner, aliasOf(fields), namesOf(fields["column_aliases"]))];
  }
  if (isQuery(kind)) {
    const shape = scope.reading.query(value, scope);
    const inner = relationOf(null, shape);
    return [renamed([inner], aliasOf(fields), namesOf(fields["column_aliases"]))];
  }
  return [readTableFunction(node, scope)];
}

const queries = new Set(["subquery", "select", "union", "intersect", "except", "values"]);

const isQuery = (kind: string) => queries.has(kind);

/** The result of PIVOT or UNPIVOT, which may stand for a query too. */
export function pivotShape(node: SyntaxNode, scope: Scope): ResultShape {
  const source = renamed(readRelation(node.fields["this"], scope), null, []);
  const isUnpivot = node.kind === "unpivot" || node.fields["unpivot"] === true;
  return isUnpivot ? readUnpivot(node, source.shape, scope) : readPivot(node, source.shape, scope);
}

const relationOf = (alias: string | null, shape: ResultShape): Relation => ({
  alias,
  schema: null,
  shape,
  isHidden: false,
});

const aliasOf = (fields: SyntaxNode["fields"]) => nameOf(fields["alias"]);

/** One relation of several under a new name, its first columns named anew. */
function renamed(
  relations: readonly Relation[],
  alias: string | null,
  names: readonly string[],
): Relation {
  const [only, ...others] = relations;
  const shape = others.length === 0 ? (only?.shape ?? emptyShape) : joinedShape(relations);
  const name = alias ?? (others.length === 0 ? (only?.alias ?? null) : null);
  if (names.length === 0 && alias === null && only !== undefined && others.length === 0) {
    return only;
  }
  return relationOf(name, withNames(shape, names));
}

/** A result whose first columns have these names. */
export function withNames(shape: ResultShape, names: readonly string[]): ResultShape {
  if (names.length === 0) return shape;
  if (shape.open.length > 0) return withOpenNames(shape, names);
  const columns = shape.columns.map((column, at) => ({
    ...column,
    name: names[at] ?? column.name,
  }));
  const rest = shape.rest;
  if (rest === null) return { ...shape, columns };
  const more = names.slice(columns.length).map((name) => ({ name, flow: rest, isFromStar: false }));
  return { ...shape, columns: [...columns, ...more] };
}

/** Where a table's columns are not known, each name may mean any column. */
function withOpenNames(shape: ResultShape, names: readonly string[]): ResultShape {
  const known = shape.columns.map(({ flow }) => flow);
  const any = mergeFlows([...known, ...shape.open.map((table) => flowOfColumn(table, "*"))]);
  const columns = names.map((name) => ({ name, flow: any, isFromStar: false }));
  return { ...shape, columns };
}

function joinedShape(relations: readonly Relation[]): ResultShape {
  const shapes = relations.filter(({ isHidden }) => !isHidden).map(({ shape }) => shape);
  const rests = shapes.map(({ rest }) => rest).filter((rest) => rest !== null);
  return {
    columns: shapes.flatMap(({ columns }) => columns),
    stars: shapes.flatMap(({ stars }) => stars),
    open: shapes.flatMap(({ open }) => open),
    rest: rests.length === 0 ? null : mergeFlows(rests),
    bases: relations.flatMap(({ shape }) => shape.bases),
  };
}

function readTable(fields: SyntaxNode["fields"], scope: Scope, node?: SyntaxNode): Relation {
  if (node !== undefined) scope.reading.seen.add(node.origin);
  const name = nameOf(fields["name"]) ?? "";
  // Where a statement has a table as an expression, the parser takes its schema for a table.
  const schema = nameOf(fields["schema"]) ?? (node && nameOf(fields["table"])) ?? null;
  const catalog = nameOf(fields["catalog"]);
  const cte = schema === null ? findCte(scope, name) : null;
  const shape = cte ?? baseShape({ catalog, schema, name }, scope);
  const called = relationOf(name, shape);
  const alias = aliasOf(fields);
  if (alias === null) return { ...called, schema };
  return relationOf(alias, withNames(shape, namesOf(fields["column_aliases"])));
}

interface TableWords {
  readonly catalog: string | null;
  readonly schema: string | null;
  readonly name: string;
}

function baseShape({ catalog, schema, name }: TableWords, scope: Scope): ResultShape {
  const { reading } = scope;
  const written = schema === null ? name : `${schema}.${name}`;
  const full = catalog === null ? written : `${catalog}.${written}`;
  const known = reading.tables.get(fold(full)) ?? reading.tables.get(fold(written));
  if (known === undefined) {
    leaveOpen(reading, [full], `no shape is known of ${full}`);
    return { columns: [], stars: [full], open: [full], rest: null, bases: [full] };
  }
  for (const base of known.bases) reading.touched.add(fold(base));
  return known;
}

/** Functions whose rows come from their arguments alone. */
const argumentFunctions = new Set(
  `unnest range generate_series json_each json_tree explode explode_outer flatten table
  table_from_rows repeat_row sequence regexp_split_to_table posexplode values`.split(/\s+/),
);

/** Functions that read files or what the engine knows of itself. */
const readsFiles = /^(read_|glob$|sniff_csv$|duckdb_|pragma_|.*_scan$)/;

function readTableFunction(node: SyntaxNode, scope: Scope): Relation {
  const name = functionName(node);
  const flow = passThrough(scope.reading.flow(node.origin, scope), "transformation");
  // How many rows there are is its arguments' doing, whether or not a column of it is read.
  scope.reading.uses.add(flow, { context: "filter" });
  if (readsFiles.test(name)) {
    scope.reading.unresolved.add(`${name}() reads what is no table`);
  } else if (!argumentFunctions.has(name)) {
    leaveOpen(scope.reading, [], `what ${name}() reads is not known`);
  }
  return relationOf(aliasOf(node.fields) ?? name, functionShape(flow, node));
}

function functionShape(flow: ValueFlow, node: SyntaxNode): ResultShape {
  const names = namesOf(node.fields["column_aliases"]);
  return withNames({ ...emptyShape, rest: flow }, names);
}

function functionName({ kind, fields }: SyntaxNode): string {
  const name = kind === "function" ? nameOf(fields["name"]) : kind;
  return (name ?? kind).toLowerCase();
}
