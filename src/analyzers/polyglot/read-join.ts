import { mergeFlows } from "../../core/lineage/value-flow.ts";
import { columnOfShape, fold, innerScope, leaveOpen, type Relation, type Scope } from "./scope.ts";
import { childrenOf, type Fields, fieldsOf, listOf, namesOf } from "./syntax-node.ts";

/** Reads one join: puts its right side into the scope, and gathers what the join uses. */
export function readJoin(join: unknown, scope: Scope): void {
  const { this: right, on, using, match_condition: match, kind, ...others } = fieldsOf(join);
  const { reading } = scope;
  const text = typeof kind === "string" ? kind : "";
  const isHidden = /Semi|Anti/i.test(text);
  const left = [...scope.relations];
  const added = reading
    .relation(right, scope)
    .map((relation) => (isHidden ? { ...relation, isHidden } : relation));
  scope.relations.push(...added);
  for (const condition of [on, match]) {
    if (condition !== undefined) reading.condition(condition, scope, { context: "join" });
  }
  const shared = /Natural/i.test(text) ? commonNames(left, added, scope) : namesOf(using);
  for (const name of shared) joinBy(name, { left, right: added, scope });
  for (const { origin } of childrenOf(others)) {
    reading.uses.add(reading.flow(origin, scope), { context: "opaque" });
  }
}

/** Joins in parentheses, which see what stands before them, as one place of FROM. */
export function readJoined(fields: Fields, scope: Scope): readonly Relation[] {
  const inner = innerScope(scope, scope.reading);
  inner.relations.push(...scope.reading.relation(fields["left"], inner));
  for (const join of listOf(fields["joins"])) readJoin(join, inner);
  for (const [name, flow] of inner.merged) scope.merged.set(name, flow);
  return inner.relations;
}

interface Sides {
  readonly left: readonly Relation[];
  readonly right: readonly Relation[];
  readonly scope: Scope;
}

function joinBy(name: string, { left, right, scope }: Sides): void {
  const find = (relations: readonly Relation[]) =>
    relations.map(({ shape }) => columnOfShape(shape, name)).filter((flow) => flow !== null);
  const before = scope.merged.get(fold(name));
  const leftFlows = before === undefined ? find(left) : [before];
  const rightFlows = find(right);
  if (leftFlows.length === 0 || rightFlows.length === 0) {
    const bases = [...left, ...right].flatMap(({ shape }) => shape.bases);
    leaveOpen(scope.reading, bases, `no table of the join is known to have ${name}`);
  }
  const flow = mergeFlows([...leftFlows, ...rightFlows]);
  scope.reading.uses.add(flow, { context: "join" });
  scope.merged.set(fold(name), flow);
}

/** What NATURAL joins by; a column more on either side may become one of them. */
function commonNames(
  left: readonly Relation[],
  right: readonly Relation[],
  { reading }: Scope,
): readonly string[] {
  const sides = [...left, ...right];
  for (const { shape } of sides) {
    for (const table of shape.stars) reading.uses.addWhole(table, "join");
    const unknown = shape.open.length > 0 || shape.rest !== null;
    if (unknown) leaveOpen(reading, shape.bases, "what NATURAL JOIN joins by is not known");
  }
  const names = new Set(left.flatMap(({ shape }) => shape.columns.map(({ name }) => fold(name))));
  const common = right.flatMap(({ shape }) => shape.columns.map(({ name }) => fold(name)));
  return common.filter((name) => names.has(name));
}
