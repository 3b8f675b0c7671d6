import { mergeFlows, noFlow, passThrough, type ValueFlow } from "../../core/lineage/value-flow.ts";
import {
  fold,
  innerScope,
  type ResultShape,
  type Scope,
  type ShapeColumn,
  wholeFlow,
} from "./scope.ts";
import { chosenColumns, isChoice, starColumns } from "./star-columns.ts";
import {
  bareNode,
  fieldsOf,
  findNodes,
  listOf,
  literalOf,
  nameOf,
  nodeOf,
  type SyntaxNode,
} from "./syntax-node.ts";

/** PIVOT as a clause has its aggregates in `expressions`; as a statement, in `using`. */
interface PivotParts {
  readonly aggregates: readonly unknown[];
  readonly on: readonly unknown[];
  readonly group: readonly unknown[] | null;
}

/** The result of PIVOT over a source. */
export function readPivot(node: SyntaxNode, source: ResultShape, outer: Scope): ResultShape {
  const scope = scopeOver(source, outer);
  const { uses } = scope.reading;
  const { aggregates, on, group } = partsOf(node);
  const values = aggregates.map((aggregate) => scope.reading.flow(aggregate, scope));
  const keys = on.map((key) => readKey(key, scope));
  const kept = group === null ? remaining(source, [...aggregates, ...on]) : named(group, scope);
  uses.add(mergeFlows(kept.map(({ flow }) => flow)), { context: "group" });
  if (group === null) for (const table of source.stars) uses.addWhole(table, "star");
  const made = keys.length === 1 ? pivoted(keys[0] ?? [], aggregates, values) : [];
  return {
    columns: [...kept, ...made],
    stars: group === null ? source.stars : [],
    open: group === null ? source.open : [],
    rest: source.open.length > 0 && group === null ? null : mergeFlows(values),
    bases: source.bases,
  };
}

function partsOf({ fields }: SyntaxNode): PivotParts {
  const inFields = listOf(fields["fields"]);
  const expressions = listOf(fields["expressions"]);
  const isClause = inFields.length > 0;
  const grouped = fieldsOf(fieldsOf(fields["group"])["group"] ?? fields["group"])["expressions"];
  return {
    aggregates: isClause ? expressions : listOf(fields["using"]),
    on: isClause ? inFields : expressions,
    group: grouped === undefined ? null : listOf(grouped),
  };
}

interface PivotValue {
  readonly name: string;
}

/** Gathers what a key's values decide: which row counts for which column. */
function readKey(value: unknown, scope: Scope): readonly PivotValue[] {
  const { uses } = scope.reading;
  const node = bareNode(value);
  if (node?.kind !== "in") {
    uses.add(scope.reading.flow(value, scope), { context: "conditional" });
    return [];
  }
  const members = listOf(node.fields["expressions"]);
  const plain = members.map((member) => memberOf(member, scope));
  const literals = plain.map(({ literal }) => literal).filter((literal) => literal !== null);
  const isPlain = literals.length === members.length && node.fields["query"] === undefined;
  const subject = scope.reading.flow(node.fields["this"], scope);
  uses.add(subject, { context: "conditional", literals: isPlain ? literals : undefined });
  const others = members.filter((_, at) => plain[at]?.literal === null);
  const read = [...others, node.fields["query"]].map((other) => scope.reading.flow(other, scope));
  uses.add(mergeFlows(read), { context: "conditional" });
  return plain.map(({ name }) => ({ name }));
}

function memberOf(
  value: unknown,
  scope: Scope,
): { readonly name: string; readonly literal: string | null } {
  const node = bareNode(value);
  const isAlias = node?.kind === "alias" || node?.kind === "pivot_alias";
  const literal = literalOf(isAlias ? node.fields["this"] : value);
  const alias = isAlias ? pivotAlias(node.fields["alias"], scope) : null;
  return { name: alias ?? literal ?? "", literal };
}

/** The new name of a value, for which the parser makes a column. */
function pivotAlias(value: unknown, scope: Scope): string | null {
  const node = nodeOf(value);
  if (node?.kind !== "column") return nameOf(value);
  scope.reading.seen.add(node.origin);
  return nameOf(node.fields["name"]);
}

function pivoted(
  values: readonly PivotValue[],
  aggregates: readonly unknown[],
  flows: readonly ValueFlow[],
): readonly ShapeColumn[] {
  return values.flatMap(({ name }) =>
    aggregates.map((aggregate, at) => {
      const alias = nameOf(bareNode(aggregate)?.fields["alias"]);
      const suffix = alias === null ? "" : `_${alias}`;
      return { name: `${name}${suffix}`, flow: flows[at] ?? noFlow, isFromStar: false };
    }),
  );
}

/** Columns of the source that the pivot does not name. */
function remaining(source: ResultShape, parts: readonly unknown[]): readonly ShapeColumn[] {
  const columns = findNodes(parts, ({ kind }) => kind === "column");
  const taken = new Set(columns.map(({ fields }) => fold(nameOf(fields["name"]) ?? "")));
  return source.columns.filter(({ name }) => !taken.has(fold(name)));
}

function named(group: readonly unknown[], scope: Scope): readonly ShapeColumn[] {
  return group.map((key) => ({
    name: nameOf(bareNode(key)?.fields["name"]) ?? "",
    flow: scope.reading.flow(key, scope),
    isFromStar: false,
  }));
}

/** The result of UNPIVOT over a source: what stays, the column of names, those of values. */
export function readUnpivot(node: SyntaxNode, source: ResultShape, outer: Scope): ResultShape {
  const scope = scopeOver(source, outer);
  const { fields } = node;
  const items = listOf(fields["columns"] ?? fields["expressions"]);
  const rows = items.map((item) => unpivotedRow(item, scope));
  const all = mergeFlows(rows.flat());
  scope.reading.uses.add(all, { context: "set" });
  const names = unpivotNames(fields);
  const isWide = names.values.length > 1;
  const values = names.values.map((name, at) => ({
    name,
    flow: isWide ? mergeFlows(rows.map((row) => row[at] ?? noFlow)) : all,
    isFromStar: false,
  }));
  const label = {
    name: names.label,
    flow: passThrough(all, "transformation", ["type"]),
    isFromStar: false,
  };
  const isTaken = ({ flow }: ShapeColumn) => [...flow.keys()].every((key) => all.has(key));
  const left = remaining(source, items);
  const kept = hasStar(items) ? left.filter((column) => !isTaken(column)) : left;
  return { ...source, columns: [...kept, label, ...values] };
}

const hasStar = (items: readonly unknown[]) =>
  findNodes(items, (node) => node.kind === "star" || isChoice(node)).length > 0;

function unpivotedRow(item: unknown, scope: Scope): readonly ValueFlow[] {
  const node = bareNode(item);
  if (node === null) return [];
  const { kind, fields } = node;
  if (kind === "alias" || kind === "pivot_alias") return unpivotedRow(fields["this"], scope);
  if (kind === "tuple") {
    return listOf(fields["expressions"]).map((member) => scope.reading.flow(member, scope));
  }
  if (kind === "star" || isChoice(node)) {
    const shape = isChoice(node) ? chosenColumns(node, scope) : starColumns(node, scope);
    return [wholeFlow(shape, scope.reading)];
  }
  return [scope.reading.flow(item, scope)];
}

interface UnpivotNames {
  readonly label: string;
  readonly values: readonly string[];
}

function unpivotNames(fields: SyntaxNode["fields"]): UnpivotNames {
  const into = nodeOf(fields["into"])?.fields ?? {};
  const label = nameOf(fields["name_column"]) ?? varName(into["this"]) ?? "name";
  const first = nameOf(fields["value_column"]);
  const more = listOf(fields["extra_value_columns"]).map(nameOf);
  const written = listOf(into["expressions"]).map(varName);
  const values = (first === null ? written : [first, ...more]).filter((name) => name !== null);
  return { label, values: values.length === 0 ? ["value"] : values };
}

const varName = (value: unknown) => {
  const fields = nodeOf(value)?.fields ?? {};
  return nameOf(fields["this"]) ?? nameOf(fields["name"]);
};

function scopeOver(source: ResultShape, outer: Scope): Scope {
  const scope = innerScope(outer, outer.reading);
  scope.relations.push({ alias: null, schema: null, shape: source, isHidden: false });
  return scope;
}
