import { mergeFlows, noFlow, passThrough, type ValueFlow } from "../../core/lineage/value-flow.ts";
import { isAggregate } from "./aggregates.ts";
import { readCase, readDecode, readIf } from "./read-condition.ts";
import { type Lookup, lookUp, type Scope, wholeFlow } from "./scope.ts";
import { starColumns } from "./star-columns.ts";
import {
  bareNode,
  childrenOf,
  fieldsOf,
  listOf,
  literalOf,
  nameOf,
  namesOf,
  nodeOf,
  type SyntaxNode,
} from "./syntax-node.ts";

const queryKinds = new Set([
  "select",
  "union",
  "intersect",
  "except",
  "values",
  "pivot",
  "unpivot",
]);

const casts = new Set(["cast", "try_cast", "safe_cast"]);

/** `IFNULL(a, b)` and `NVL(a, b)` have their arguments in fields of their own. */
const nullFills = new Set(["coalesce", "if_null", "nvl"]);

/** The base columns that an expression is made from; what it uses on the way is gathered. */
export function readExpression(value: unknown, scope: Scope): ValueFlow {
  const node = bareNode(value);
  if (node === null) return readAll(value, scope);
  const { kind, fields } = node;
  if (kind === "column" || kind === "dot")
    return readName(node, scope)?.flow ?? readAll(fields, scope);
  if (kind === "alias" || kind === "named_argument") {
    return scope.reading.flow(fields["this"] ?? fields["value"], scope);
  }
  if (queryKinds.has(kind) || kind === "subquery") return readScalarQuery(value, scope);
  if (kind === "exists") return readExists(node, scope);
  if (casts.has(kind)) return passThrough(readAll(fields, scope), "transformation", ["type"]);
  if (nullFills.has(kind)) return readNullFill(node, scope);
  if (kind === "case") return readCase(node, scope);
  if (kind === "null_if" || kind === "nullif" || kind.startsWith("decode")) {
    return readDecode(node, scope);
  }
  if (kind === "if_func" || kind === "nvl2") return readIf(node, scope);
  if (kind === "window_function") return readWindow(node, scope);
  if (kind === "lambda") return readLambda(namesOf(fields["parameters"]), fields["body"], scope);
  if (kind === "comprehension") return readComprehension(node, scope);
  if (kind === "star") return starValue(node, scope);
  if (kind === "columns") return scope.standIn ?? starValue(node, scope);
  if (kind === "table") return readTableValue(node, scope);
  if (kind === "in" || kind === "any" || kind === "all") {
    return scope.reading.condition(value, scope, { context: "conditional" });
  }
  if (kind === "count" && fields["star"] === true) return countRows(node, scope);
  if (kind === "function") return readFunction(node, scope);
  if (isAggregate(node)) return readAggregate(node, scope);
  return passThrough(readAll(fields, scope), "transformation");
}

/** A column by its name, with qualifiers and fields; `null` when the node is no such name. */
function readName(node: SyntaxNode, scope: Scope): Lookup | null {
  const parts = partsOf(node, scope);
  return parts === null ? null : lookUp(scope, parts);
}

function partsOf(node: SyntaxNode, scope: Scope): readonly string[] | null {
  const { kind, fields } = node;
  if (kind === "dot") {
    const inner = nodeOf(fields["this"]);
    const field = nameOf(fields["field"]);
    const before = inner === null ? null : partsOf(inner, scope);
    return before === null || field === null ? null : [...before, field];
  }
  if (kind !== "column") return null;
  scope.reading.seen.add(node.origin);
  const qualifier = nameOf(fields["table"]);
  const name = nameOf(fields["name"]) ?? "";
  return qualifier === null ? [name] : [qualifier, name];
}

/** The flows of all that stands in a value, side by side. */
function readAll(value: unknown, scope: Scope): ValueFlow {
  return mergeFlows(childrenOf(value).map(({ origin }) => scope.reading.flow(origin, scope)));
}

function readScalarQuery(value: unknown, scope: Scope): ValueFlow {
  return wholeFlow(scope.reading.query(value, scope), scope.reading);
}

/** Only whether there are rows counts; what is named in the list must be there all the same. */
function readExists(node: SyntaxNode, scope: Scope): ValueFlow {
  const { columns } = scope.reading.query(node.fields["this"], scope);
  const named = columns.filter(({ isFromStar }) => !isFromStar);
  const flow = mergeFlows(named.map((column) => column.flow));
  scope.reading.uses.add(flow, { context: "filter" });
  return noFlow;
}

function readNullFill({ fields }: SyntaxNode, scope: Scope): ValueFlow {
  const inOrder = [...listOf(fields["expressions"]), fields["this"], fields["expression"]];
  const filled = inOrder.filter((argument) => argument !== undefined);
  const flows = filled.map((argument, at) => {
    const isLast = at === filled.length - 1;
    const flow = scope.reading.flow(argument, scope);
    return passThrough(
      flow,
      "transformation",
      isLast && literalOf(argument) === null ? [] : ["null"],
    );
  });
  return mergeFlows(flows);
}

function readWindow({ fields }: SyntaxNode, scope: Scope): ValueFlow {
  const { counts } = scope.reading;
  const before = counts.aggregates;
  const value = scope.reading.flow(fields["this"], scope);
  counts.aggregates = before;
  const keys = readWindowKeys(fields["over"], scope);
  const others = Object.entries(fields).filter(([name]) => name !== "this" && name !== "over");
  return mergeFlows([
    passThrough(value, "transformation"),
    passThrough(readAll(Object.fromEntries(others), scope), "transformation"),
    // The keys decide which rows count, so that their own type never shows in the value.
    passThrough(keys, "transformation", ["type"]),
  ]);
}

/** The keys of a window, used as such. */
export function readWindowKeys(over: unknown, scope: Scope): ValueFlow {
  const { partition_by: partitions, order_by: order, frame, window_name: name } = fieldsOf(over);
  const { uses } = scope.reading;
  const partition = readAll(partitions, scope);
  const ordered = readAll(order, scope);
  const framed = readAll(frame, scope);
  uses.add(partition, { context: "partition" });
  uses.add(mergeFlows([ordered, framed]), { context: "window" });
  const base = findWindow(scope, nameOf(name));
  return mergeFlows([partition, ordered, framed, base]);
}

function findWindow(scope: Scope, name: string | null): ValueFlow {
  if (name === null) return noFlow;
  return scope.windows.get(name.toLowerCase()) ?? noFlow;
}

function readLambda(names: readonly string[], body: unknown, scope: Scope): ValueFlow {
  const locals = new Set([...scope.locals, ...names.map((name) => name.toLowerCase())]);
  return scope.reading.flow(body, { ...scope, locals });
}

function readComprehension({ fields }: SyntaxNode, scope: Scope): ValueFlow {
  const variable = nodeOf(fields["expression"]);
  if (variable !== null) scope.reading.seen.add(variable.origin);
  const name = nameOf(variable?.fields["name"]);
  const list = scope.reading.flow(fields["iterator"], scope);
  const inner = { this: fields["this"], condition: fields["condition"] };
  const locals = new Set([...scope.locals, ...(name === null ? [] : [name.toLowerCase()])]);
  const body = readAll(inner, { ...scope, locals });
  return passThrough(mergeFlows([list, body]), "transformation");
}

/** A star where a value stands, such as an argument: all that it gives, as one. */
function starValue(node: SyntaxNode, scope: Scope): ValueFlow {
  const star = node.kind === "star" ? node : (nodeOf(node.fields["this"]) ?? node);
  const { columns, stars, open, rest } = starColumns(star, scope);
  const flow = wholeFlow({ columns, stars, open, rest, bases: [] }, scope.reading);
  return passThrough(flow, "transformation");
}

/** A table where only a value may stand: nothing is known of what it is for. */
function readTableValue(node: SyntaxNode, scope: Scope): ValueFlow {
  const relations = scope.reading.relation(node.origin, scope);
  for (const { shape } of relations) {
    for (const base of shape.bases) scope.reading.uses.addWhole(base, "opaque");
  }
  return mergeFlows(relations.map(({ shape }) => wholeFlow(shape, scope.reading)));
}

function countRows({ fields }: SyntaxNode, scope: Scope): ValueFlow {
  scope.reading.counts.aggregates += 1;
  return filterOf(fields, scope);
}

function readFunction(node: SyntaxNode, scope: Scope): ValueFlow {
  const { fields } = node;
  const name = (nameOf(fields["name"]) ?? "").toLowerCase();
  if (name === "columns") {
    return (
      scope.standIn ?? starValue({ ...node, kind: "columns", fields: starFields(fields) }, scope)
    );
  }
  if (name === "decode" || name === "nullif") return readDecode(node, scope);
  if (name === "query" || name === "query_table") return readUnknownTables(scope, name);
  if (isAggregate(node)) return readAggregate(node, scope);
  return passThrough(readAll(fields, scope), "transformation");
}

const starFields = (fields: SyntaxNode["fields"]) => ({ this: listOf(fields["args"])[0] });

/** Functions that read tables by a text. */
function readUnknownTables(scope: Scope, name: string): ValueFlow {
  const { reading } = scope;
  for (const table of reading.allTables) reading.uses.addWhole(table, "opaque");
  reading.unresolved.add(`what ${name}() reads is not known before it runs`);
  return noFlow;
}

function readAggregate({ fields }: SyntaxNode, scope: Scope): ValueFlow {
  const { reading } = scope;
  const { filter: _, order_by: order, ...argumentsOf } = fields;
  const value = readAll(argumentsOf, scope);
  const ordered = readAll(order, scope);
  reading.uses.add(ordered, { context: "order" });
  const filtered = filterOf(fields, scope);
  reading.counts.aggregates += 1;
  return passThrough(
    mergeFlows([value, filtered, passThrough(ordered, "aggregation", ["type"])]),
    "aggregation",
  );
}

function filterOf(fields: SyntaxNode["fields"], scope: Scope): ValueFlow {
  if (fields["filter"] === undefined) return noFlow;
  const flow = scope.reading.condition(fields["filter"], scope, { context: "conditional" });
  return passThrough(flow, "aggregation", ["type"]);
}
