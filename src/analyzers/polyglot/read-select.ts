import { mergeFlows, noFlow, type ValueFlow } from "../../core/lineage/value-flow.ts";
import { isAggregate } from "./aggregates.ts";
import { readWindowKeys } from "./read-expression.ts";
import { readJoin } from "./read-join.ts";
import { fold, leaveOpen, type ResultShape, type Scope, type ShapeColumn } from "./scope.ts";
import { chosenColumns, isChoice, starColumns } from "./star-columns.ts";
import {
  bareNode,
  childrenOf,
  type Fields,
  fieldsOf,
  findNodes,
  listOf,
  literalOf,
  nameOf,
  type SyntaxNode,
} from "./syntax-node.ts";

/** The result of one SELECT, read in a scope of its own. */
export function readSelect(fields: Fields, scope: Scope): ResultShape {
  readFrom(fields, scope);
  for (const window of listOf(fields["windows"])) {
    const { name, spec } = fieldsOf(window);
    scope.windows.set(fold(nameOf(name) ?? ""), readWindowKeys(spec, scope));
  }
  const items = listOf(fields["expressions"]).flatMap((item) => readItem(item, scope));
  const result = resultOf(items, scope);
  readClauses(fields, scope);
  readGroup(fields["group_by"], items, scope);
  readDistinct(fields, result, scope);
  readOrder(fields["order_by"], result, scope);
  readOthers(fields, scope);
  return result;
}

function readFrom(fields: Fields, scope: Scope): void {
  for (const relation of listOf(fieldsOf(fields["from"])["expressions"])) {
    scope.relations.push(...scope.reading.relation(relation, scope));
  }
  for (const join of listOf(fields["joins"])) readJoin(join, scope);
}

/** What one item of the list gives: columns, and whether they aggregate. */
interface Item extends ResultShape {
  readonly isAggregate: boolean;
}

function readItem(item: unknown, scope: Scope): readonly Item[] {
  const node = bareNode(item);
  if (node?.kind === "star") return [{ ...starColumns(node, scope), isAggregate: false }];
  const choices = findNodes(item, isChoice);
  const [choice] = choices;
  if (choice !== undefined) return [readChosen(item, choice, scope)];
  const { counts } = scope.reading;
  const before = counts.aggregates;
  const flow = scope.reading.flow(item, scope);
  const name = itemName(node);
  if (node?.kind === "alias" && name !== null) scope.aliases.set(fold(name), flow);
  const columns = [{ name: name ?? "", flow, isFromStar: false }];
  const unnested = node !== null && isUnnest(node);
  return [
    {
      columns,
      stars: [],
      open: [],
      rest: unnested ? flow : null,
      bases: [],
      isAggregate: counts.aggregates > before,
    },
  ];
}

/** `unnest(struct)` gives a column for each field, whose names are not in the text. */
const isUnnest = ({ kind, fields }: SyntaxNode) =>
  kind === "unnest" || (kind === "function" && nameOf(fields["name"])?.toLowerCase() === "unnest");

/** An item with `COLUMNS(…)` in it is one item for each column that this takes. */
function readChosen(item: unknown, choice: SyntaxNode, scope: Scope): Item {
  const chosen = chosenColumns(choice, scope);
  for (const { origin } of findNodes(choice.fields, ({ kind }) => kind === "column")) {
    scope.reading.seen.add(origin);
  }
  const columns = chosen.columns.map(({ name, flow }) => {
    const value = scope.reading.flow(item, { ...scope, standIn: flow });
    return { name, flow: value, isFromStar: true };
  });
  const found = findNodes(item, isAggregate);
  return { ...chosen, columns, isAggregate: found.length > 0 };
}

function itemName(node: SyntaxNode | null): string | null {
  if (node === null) return null;
  if (node.kind === "alias") return nameOf(node.fields["alias"]);
  if (node.kind === "column") return nameOf(node.fields["name"]);
  if (node.kind === "dot") return nameOf(node.fields["field"]);
  if (isUnnest(node)) return "unnest";
  return null;
}

function resultOf(items: readonly Item[], scope: Scope): ResultShape {
  const columns = items.flatMap((item) => item.columns);
  const rests = items.map(({ rest }) => rest).filter((rest) => rest !== null);
  return {
    columns: columns.map((column, at) =>
      column.name === "" ? { ...column, name: `_col_${at}` } : column,
    ),
    stars: [...new Set(items.flatMap(({ stars }) => stars))],
    open: [...new Set(items.flatMap(({ open }) => open))],
    rest: rests.length === 0 ? null : mergeFlows(rests),
    bases: [...new Set(scope.relations.flatMap(({ shape }) => shape.bases))],
  };
}

function readClauses(fields: Fields, scope: Scope): void {
  const { reading } = scope;
  const clauses = [
    ["where_clause", "filter"],
    ["prewhere", "filter"],
    ["having", "having"],
    ["qualify", "qualify"],
  ] as const;
  for (const [clause, context] of clauses) {
    const condition = fieldsOf(fields[clause])["this"];
    if (condition !== undefined) reading.condition(condition, scope, { context });
  }
}

function readGroup(group: unknown, items: readonly Item[], scope: Scope): void {
  const { reading } = scope;
  const { all, expressions } = fieldsOf(group);
  const columns = items.flatMap((item) => item.columns);
  if (all === true) {
    const keys = items.filter((item) => !item.isAggregate);
    for (const { stars } of keys) for (const table of stars) reading.uses.addWhole(table, "star");
    const flows = keys.flatMap((item) => item.columns.map(({ flow }) => flow));
    reading.uses.add(mergeFlows(flows), { context: "group" });
  }
  for (const key of listOf(expressions)) {
    reading.uses.add(keyFlow(key, columns, scope), { context: "group" });
  }
}

/** A key by its number in the list, or an expression. */
function keyFlow(key: unknown, columns: readonly ShapeColumn[], scope: Scope): ValueFlow {
  const number = ordinalOf(key);
  if (number === null) return scope.reading.flow(key, scope);
  return columns[number - 1]?.flow ?? noFlow;
}

function ordinalOf(key: unknown): number | null {
  const literal = literalOf(key);
  return literal !== null && /^[0-9]{1,5}$/.test(literal) ? Number(literal) : null;
}

function readDistinct(fields: Fields, result: ResultShape, scope: Scope): void {
  const on = listOf(fields["distinct_on"]);
  const { uses } = scope.reading;
  for (const key of on) {
    uses.add(keyOfResult(key, result, scope), { context: "distinct" });
  }
  if (fields["distinct"] === true && on.length === 0) useWhole(result, "distinct", scope);
}

/** All columns of a result are used so, those that are still to come as well. */
export function useWhole(result: ResultShape, context: "distinct" | "order", scope: Scope): void {
  const { uses } = scope.reading;
  const flows = result.columns.map(({ flow }) => flow);
  uses.add(mergeFlows([...flows, result.rest ?? noFlow]), { context });
  for (const table of result.stars) uses.addWhole(table, context);
  for (const table of result.open) uses.addWhole(table, context);
}

/** ORDER BY: names of the result come before names of the tables. */
export function readOrder(order: unknown, result: ResultShape, scope: Scope): void {
  for (const ordered of listOf(fieldsOf(order)["expressions"])) {
    const { this: key, ...others } = fieldsOf(ordered);
    const node = bareNode(key);
    const isAll = node?.kind === "column" && nameOf(node.fields["name"])?.toLowerCase() === "all";
    if (isAll && !hasColumn(result, "all")) {
      scope.reading.seen.add(node.origin);
      useWhole(result, "order", scope);
      continue;
    }
    const more = childrenOf(others).map(({ origin }) => scope.reading.flow(origin, scope));
    const flow = mergeFlows([keyOfResult(key, result, scope), ...more]);
    scope.reading.uses.add(flow, { context: "order" });
  }
}

const hasColumn = (result: ResultShape, name: string) =>
  result.columns.some((column) => fold(column.name) === name);

function keyOfResult(key: unknown, result: ResultShape, scope: Scope): ValueFlow {
  const node = bareNode(key);
  const name = node?.kind === "column" ? nameOf(node.fields["name"]) : null;
  if (node !== null && name !== null && nameOf(node.fields["table"]) === null) {
    const found = result.columns.filter((column) => fold(column.name) === fold(name));
    if (found.length > 0) {
      scope.reading.seen.add(node.origin);
      return mergeFlows(found.map(({ flow }) => flow));
    }
  }
  return keyFlow(key, result.columns, scope);
}

/** Clauses that were read above, or say nothing of columns. */
const known = new Set(
  `expressions from joins where_clause prewhere having qualify group_by windows distinct
  distinct_on order_by with kind hint`.split(/\s+/),
);

/** Clauses that only shorten the result. */
const limits = new Set(["limit", "offset", "fetch", "top", "sample"]);

function readOthers(fields: Fields, scope: Scope): void {
  const { reading } = scope;
  for (const [name, clause] of Object.entries(fields)) {
    if (known.has(name) || typeof clause !== "object") continue;
    const flows = childrenOf(clause).map(({ origin }) => reading.flow(origin, scope));
    reading.uses.add(mergeFlows(flows), { context: limits.has(name) ? "filter" : "opaque" });
    if (name === "lateral_views" || name === "connect" || name === "exclude") {
      const bases = scope.relations.flatMap(({ shape }) => shape.bases);
      leaveOpen(reading, bases, `what ${name.replaceAll("_", " ")} does is not known`);
    }
  }
}
