import type { ReachingChange } from "../compatibility/assessment.ts";
import { reachingChanges } from "../compatibility/reaching-changes.ts";
import type { ObservedColumn, SchemaVersion } from "../schema/observed-schema.ts";
import type { SchemaChange } from "../schema/schema-change.ts";
import type { AdaptedColumn, Adapter } from "./route.ts";

/** What an adapter is planned from. */
export interface AdapterRequest {
  readonly source: string;
  /** The version that readers were accepted with: what the adapter gives them. */
  readonly baseline: SchemaVersion;
  /** What the source looks like now. */
  readonly latest: SchemaVersion;
  /** From the baseline to the latest. */
  readonly changes: readonly SchemaChange[];
  /** The columns that the source's table has; `null` when not known. */
  readonly physical: readonly string[] | null;
  /** How sure a rename has to be to count as one, 0 to 1. */
  readonly renameThreshold: number;
  /**
   * Names (of the baseline) of retyped or narrowed columns whose staged values were all seen to
   * survive the cast back; `*` for all.
   */
  readonly castable: ReadonlySet<string>;
}

/** An adapter, or why there can be none, in words. */
export type AdapterPlan =
  | { readonly ok: true; readonly adapter: Adapter }
  | { readonly ok: false; readonly because: string };

/** A view that gives the old shape over the new, where no value has to be guessed. */
export function planAdapter(request: AdapterRequest): AdapterPlan {
  const columns: AdaptedColumn[] = [];
  const { source, baseline, changes } = request;
  if (changes.some(({ kind }) => kind === "replaced")) {
    return { ok: false, because: "It is another table under the old name." };
  }
  for (const column of baseline.columns) {
    const planned = planColumn(request, column);
    if (typeof planned === "string") return { ok: false, because: planned };
    columns.push(planned);
  }
  return { ok: true, adapter: { source, version: baseline.id, columns } };
}

/** @returns why the column cannot be restored, as a text. */
function planColumn(request: AdapterRequest, column: ObservedColumn): AdaptedColumn | string {
  const { name } = column;
  const plain: AdaptedColumn = {
    name,
    type: column.type,
    from: [name],
    isCast: false,
    isTainted: false,
  };
  let planned: AdaptedColumn = plain;
  for (const change of request.changes) {
    if (!isOf(change, name)) continue;
    const step = applyChange(request, planned, change);
    if (typeof step === "string") return step;
    planned = step;
  }
  return planned;
}

function isOf(change: SchemaChange, name: string): boolean {
  return change.kind !== "added" && change.column.toLowerCase() === name.toLowerCase();
}

function applyChange(
  request: AdapterRequest,
  planned: AdaptedColumn,
  change: SchemaChange,
): AdaptedColumn | string {
  const { name } = planned;
  switch (change.kind) {
    case "renamed":
      return change.confidence >= request.renameThreshold
        ? { ...planned, from: [change.to, ...planned.from] }
        : `It is not sure enough that \`${name}\` is now \`${change.to}\`.`;
    case "dropped":
      return droppedColumn(request, planned, change);
    case "widened":
    case "narrowed":
    case "retyped":
      return castColumn(request, planned, change);
    case "nullability":
      return change.after ? `\`${name}\` may be NULL now, and no view can give a value.` : planned;
    case "nested":
      return change.inner.kind === "added" || change.inner.kind === "reordered"
        ? planned
        : `\`${change.path}\` inside \`${name}\` is ${change.inner.kind}.`;
    case "format":
      return `The values of \`${name}\` are written otherwise.`;
    case "values":
      return change.after.some((member) => !change.before.includes(member))
        ? `\`${name}\` has members that it had not.`
        : planned;
    case "added":
    case "reordered":
    case "key":
    case "replaced":
      return planned;
  }
}

function droppedColumn(
  { baseline }: AdapterRequest,
  planned: AdaptedColumn,
  change: Extract<SchemaChange, { kind: "dropped" }>,
): AdaptedColumn | string {
  const { name } = planned;
  const isKey = baseline.key.some((key) => key.toLowerCase() === name.toLowerCase());
  if (isKey) return `\`${name}\` is gone, and it was of the key.`;
  if (!change.nullable) return `\`${name}\` is gone, and it was never NULL.`;
  return { ...planned, isTainted: true };
}

function castColumn(
  { castable }: AdapterRequest,
  planned: AdaptedColumn,
  change: Extract<SchemaChange, { before: string; after: string; kind: string }>,
): AdaptedColumn | string {
  const { name } = planned;
  const isProven = castable.has("*") || castable.has(name);
  // What widened without loss came from the old type, except for the new values that made it widen.
  return isProven
    ? { ...planned, isCast: true }
    : `It is not known that every \`${name}\` (${change.after}) still is ${change.before}.`;
}

/**
 * What still reaches a model that reads through an adapter: the columns that were patched with NULL,
 * and what is of the table as a whole. What is restored does not.
 * @param table The source's table, as `schema.table`.
 */
export function reachingThroughAdapter(
  adapter: Adapter,
  table: string,
  changes: readonly SchemaChange[],
): readonly ReachingChange[] {
  const tainted = new Set(
    adapter.columns.filter(({ isTainted }) => isTainted).map(({ name }) => name.toLowerCase()),
  );
  return reachingChanges(adapter.source, table, changes)
    .filter(
      ({ change }) =>
        change.kind === "key" ||
        (change.kind === "dropped" && tainted.has(change.column.toLowerCase())),
    )
    .map((reaching) => ({ ...reaching, isTainted: reaching.change.kind === "dropped" }));
}
