import { RE2JS } from "re2js";
import { mergeFlows } from "../../core/lineage/value-flow.ts";
import {
  fold,
  leaveOpen,
  type ResultShape,
  type Scope,
  type ShapeColumn,
  visibleRelations,
} from "./scope.ts";
import {
  fieldsOf,
  listOf,
  literalOf,
  nameOf,
  namesOf,
  nodeOf,
  type SyntaxNode,
} from "./syntax-node.ts";

/** The columns that `*` or `t.*` gives, with EXCLUDE, REPLACE and RENAME. */
export function starColumns({ kind, fields }: SyntaxNode, scope: Scope): ResultShape {
  if (kind !== "star") return allColumns(scope, null);
  const all = allColumns(scope, nameOf(fields["table"]));
  const excluded = new Set(namesOf(fields["except"]).map(fold));
  const renamed = renames(fields["rename"]);
  const replaced = replacements(fields["replace"], scope);
  const columns = all.columns
    .filter(({ name }) => !excluded.has(fold(name)))
    .map((column) => ({ ...column, ...replaced.get(fold(column.name)) }))
    .map((column) => ({ ...column, name: renamed.get(fold(column.name)) ?? column.name }));
  return { ...all, columns };
}

/** True for `COLUMNS(…)`. */
export function isChoice({ kind, fields }: SyntaxNode): boolean {
  if (kind === "columns") return true;
  return kind === "function" && nameOf(fields["name"])?.toLowerCase() === "columns";
}

/** The columns that `COLUMNS(…)` stands for. A lambda may take any. */
export function chosenColumns({ fields }: SyntaxNode, scope: Scope): ResultShape {
  const [argument = fields["this"]] = listOf(fields["args"]);
  const node = nodeOf(argument);
  if (node?.kind === "star") return starColumns(node, scope);
  const all = allColumns(scope, null);
  const pattern = literalOf(argument);
  const matcher = pattern === null ? null : compiled(pattern);
  if (matcher !== null) {
    return { ...all, columns: all.columns.filter(({ name }) => matcher.matcher(name).find()) };
  }
  leaveOpen(scope.reading, all.bases, "which columns COLUMNS(…) takes is not known before it runs");
  return all;
}

function compiled(pattern: string): RE2JS | null {
  try {
    return RE2JS.compile(pattern);
  } catch {
    // The engine will refuse it too; until then any column may be meant.
    return null;
  }
}

function allColumns(scope: Scope, qualifier: string | null): ResultShape {
  const wanted = visibleRelations(scope).filter(
    ({ alias }) => qualifier === null || (alias !== null && fold(alias) === fold(qualifier)),
  );
  if (wanted.length === 0 && qualifier !== null) return outerStar(scope, qualifier);
  const once = new Set<string>();
  const columns: ShapeColumn[] = [];
  for (const { shape } of wanted) {
    for (const column of shape.columns) {
      const merged = qualifier === null ? scope.merged.get(fold(column.name)) : undefined;
      if (merged !== undefined && once.has(fold(column.name))) continue;
      once.add(fold(column.name));
      columns.push({ ...column, flow: merged ?? column.flow, isFromStar: true });
    }
  }
  const rests = wanted.map(({ shape }) => shape.rest).filter((rest) => rest !== null);
  return {
    columns,
    stars: [...new Set(wanted.flatMap(({ shape }) => shape.stars))],
    open: [...new Set(wanted.flatMap(({ shape }) => shape.open))],
    rest: rests.length === 0 ? null : mergeFlows(rests),
    bases: [...new Set(wanted.flatMap(({ shape }) => shape.bases))],
  };
}

/** `t.*` of an outer query's table, or of a struct column. */
function outerStar(scope: Scope, qualifier: string): ResultShape {
  for (const { shape } of scope.relations) {
    const struct = shape.columns.find(({ name }) => fold(name) === fold(qualifier));
    if (struct !== undefined) {
      return { columns: [], stars: [], open: [], rest: struct.flow, bases: shape.bases };
    }
  }
  if (scope.parent !== null) return allColumns(scope.parent, qualifier);
  leaveOpen(scope.reading, [], `what ${qualifier}.* stands for is not known`);
  return { columns: [], stars: [], open: [], rest: null, bases: [] };
}

function renames(value: unknown): ReadonlyMap<string, string> {
  const pairs = listOf(value).map((pair) => namesOf(pair));
  return new Map(pairs.map(([from = "", to = ""]) => [fold(from), to]));
}

function replacements(
  value: unknown,
  scope: Scope,
): ReadonlyMap<string, Pick<ShapeColumn, "flow" | "isFromStar">> {
  const entries = listOf(value).map((entry) => {
    const node = nodeOf(entry);
    const alias = node?.kind === "alias" ? node.fields : fieldsOf(entry);
    const name = nameOf(alias["alias"]) ?? "";
    return [
      fold(name),
      { flow: scope.reading.flow(alias["this"], scope), isFromStar: false },
    ] as const;
  });
  return new Map(entries);
}
