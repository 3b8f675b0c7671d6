import type { ReachingChange } from "../../src/core/compatibility/assessment.ts";
import type { ModelEvidence } from "../../src/core/compatibility/model-evidence.ts";
import { reachingChanges } from "../../src/core/compatibility/reaching-changes.ts";
import type {
  Absorption,
  ColumnUse,
  OutputColumn,
  QueryLineage,
  UseContext,
  ValueOrigin,
} from "../../src/core/lineage/query-lineage.ts";
import type { SchemaChange } from "../../src/core/schema/schema-change.ts";

/** A model over `raw.orders`, of which nothing is known but what is given. */
export function evidenceOf(
  lineage: QueryLineage | null,
  changes: readonly SchemaChange[],
  more: Partial<ModelEvidence> = {},
): ModelEvidence {
  return {
    model: "mart",
    table: "marts.mart",
    lineage,
    inputs: [],
    outputs: null,
    reaching: ofOrders(changes),
    bind: null,
    probes: null,
    sample: null,
    renameThreshold: 0.75,
    ...more,
  };
}

/** Changes of the source `orders`, as they reach who reads `raw.orders`. */
export function ofOrders(changes: readonly SchemaChange[]): readonly ReachingChange[] {
  return reachingChanges("orders", "raw.orders", changes);
}

export function lineageOf(
  columns: readonly OutputColumn[],
  uses: readonly ColumnUse[] = [],
): QueryLineage {
  return { columns, uses, unresolved: [] };
}

/** An output that is made of one column of `raw.orders`, or of another table. */
export function output(
  name: string,
  column: string,
  how: ValueOrigin = "identity",
  absorbs: readonly Absorption[] = [],
): OutputColumn {
  const [table, plain] = column.includes("/") ? column.split("/") : ["raw.orders", column];
  return { name, from: [{ table: table ?? "", column: plain ?? "", how, absorbs }] };
}

export function use(context: UseContext, column: string, more: Partial<ColumnUse> = {}): ColumnUse {
  return { table: "raw.orders", column, context, literals: null, hasElse: false, ...more };
}

export function dropped(column: string, nullable = true): SchemaChange {
  return { kind: "dropped", column, type: "VARCHAR", nullable };
}

export function added(column: string): SchemaChange {
  return { kind: "added", column, type: "VARCHAR", nullable: true, position: 9 };
}

export function renamed(column: string, to: string, confidence = 1): SchemaChange {
  return { kind: "renamed", column, to, confidence };
}

export function typed(
  kind: "widened" | "narrowed" | "retyped",
  column: string,
  [before, after]: readonly [string, string],
  isLossy = true,
): SchemaChange {
  return { kind, column, before, after, isLossy };
}

export function nullAllowed(column: string): SchemaChange {
  return { kind: "nullability", column, before: false, after: true };
}

export function gained(column: string, ...members: readonly string[]): SchemaChange {
  const before = ["open", "paid"];
  return { kind: "values", column, before, after: [...before, ...members] };
}

/** Zero padding that was there is gone. */
export function unpadded(column: string): SchemaChange {
  const format = { timestamps: null, decimalMark: null };
  return {
    kind: "format",
    column,
    before: { ...format, isZeroPadded: true },
    after: { ...format, isZeroPadded: false },
  };
}
