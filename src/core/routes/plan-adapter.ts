import type { ReachingChange } from "../compatibility/assessment.ts";
import { reachingChanges } from "../compatibility/reaching-changes.ts";
import type { ObservedColumn, SchemaVersion } from "../schema/observed-schema.ts";
import type { ChangeKind, SchemaChange } from "../schema/schema-change.ts";
import { unreachable } from "../std/unreachable.ts";
import type { AdaptedColumn, Adapter } from "./route.ts";

/** What an adapter is planned from. */
export interface AdapterRequest {
  readonly source: string;
  /** The version that its reader was accepted with: what the adapter gives. */
  readonly baseline: SchemaVersion;
  /** What the source looks like now. */
  readonly latest: SchemaVersion;
  /** From the baseline to the latest. */
  readonly changes: readonly SchemaChange[];
  /** How sure a rename has to be to count as one, 0 to 1. */
  readonly renameThreshold: number;
  /** Columns whose values survive the way back to their old type: `castableColumns`. */
  readonly castable: ReadonlySet<string>;
  /** Columns that the reader uses: `columnsRead`. Those that it does not use cannot be in its way. */
  readonly needed: ReadonlySet<string> | null;
}

/** An adapter, or why there can be none, in words. */
export type AdapterPlan =
  | { readonly ok: true; readonly adapter: Adapter }
  | { readonly ok: false; readonly because: string };

/**
 * A view that gives the old shape over the new, where no value has to be guessed. It restores names,
 * order and types; what `reachingThroughAdapter` says is not restored, and has to be assessed before
 * the route is taken.
 */
export function planAdapter(request: AdapterRequest): AdapterPlan {
  const { source, baseline, changes } = request;
  if (changes.some(({ kind }) => kind === "replaced")) {
    return { ok: false, because: "It is another table under the old name." };
  }
  const columns: AdaptedColumn[] = [];
  for (const column of baseline.columns) {
    const planned = planColumn(request, column);
    if (typeof planned === "string") return { ok: false, because: planned };
    columns.push(planned);
  }
  return { ok: true, adapter: { source, version: baseline.id, columns } };
}

/** @returns why the column cannot be restored, as a text. */
function planColumn(request: AdapterRequest, column: ObservedColumn): AdaptedColumn | string {
  const { name, type } = column;
  const changes = request.changes.filter((change) => isOf(change, name));
  let planned: AdaptedColumn = { name, type, from: [name], isCast: false, isTainted: false };
  for (const change of changes) {
    const step = changedColumn(request, planned, change);
    if (typeof step !== "string") planned = step;
    else if (isNeeded(request, name)) return step;
    // Nobody reads it: NULL of its type will do, and binds.
    else return { ...planned, from: [], isCast: false, isTainted: true };
  }
  return planned;
}

function isOf(change: SchemaChange, name: string): boolean {
  return change.kind !== "added" && key(change.column) === key(name);
}

function isNeeded({ needed }: AdapterRequest, name: string): boolean {
  return needed === null || needed.has(key(name));
}

/** Names compare as DuckDB does. */
function key(name: string): string {
  return name.toLowerCase();
}

function changedColumn(
  request: AdapterRequest,
  planned: AdaptedColumn,
  change: SchemaChange,
): AdaptedColumn | string {
  const { name } = planned;
  switch (change.kind) {
    case "renamed":
      return renamedColumn(request, planned, change);
    case "dropped":
      return droppedColumn(request, planned, change);
    case "widened":
    case "narrowed":
    case "retyped":
      return request.castable.has(key(name))
        ? { ...planned, isCast: true }
        : `It is not known that every \`${name}\` (${change.after}) is a ${change.before}.`;
    case "nested":
      // A struct of more fields does not have the old type, and binds where the old one did.
      return change.inner.kind === "added"
        ? planned
        : `\`${change.path}\` inside \`${name}\` is ${change.inner.kind}.`;
    case "nullability":
    case "format":
    case "values":
    case "added":
    case "reordered":
    case "key":
    case "replaced":
      return planned;
    default:
      return unreachable(change);
  }
}

function renamedColumn(
  { baseline, latest, renameThreshold }: AdapterRequest,
  planned: AdaptedColumn,
  change: Extract<SchemaChange, { kind: "renamed" }>,
): AdaptedColumn | string {
  const { name } = planned;
  if (change.confidence < renameThreshold) {
    return `It is not sure enough that \`${name}\` is now \`${change.to}\`.`;
  }
  if (key(change.to) === key(name)) return planned;
  // Rows of before and after lie in one table: no name may mean two things there.
  const isTaken = baseline.columns.some((column) => key(column.name) === key(change.to));
  const isReused = latest.columns.some((column) => key(column.name) === key(name));
  if (isTaken) return `\`${change.to}\`, as \`${name}\` is called now, was another column before.`;
  if (isReused) return `\`${name}\` is now \`${change.to}\`, and another column has its name.`;
  return { ...planned, from: [change.to, ...planned.from] };
}

function droppedColumn(
  { baseline }: AdapterRequest,
  planned: AdaptedColumn,
  change: Extract<SchemaChange, { kind: "dropped" }>,
): AdaptedColumn | string {
  const { name } = planned;
  if (baseline.key.some((column) => key(column) === key(name))) {
    return `\`${name}\` is gone, and it was of the key.`;
  }
  if (!change.nullable) return `\`${name}\` is gone, and it was never NULL.`;
  return { ...planned, isTainted: true };
}

/** Changes of meaning, which no view undoes. */
const meanings: ReadonlySet<ChangeKind> = new Set<ChangeKind>([
  "format",
  "values",
  "nullability",
  "key",
  "nested",
]);

/**
 * What still reaches a model that reads through an adapter: columns that were patched with NULL as
 * tainted, and changes of meaning that no view undoes: formats, members, NULLs, the key. What is
 * restored does not reach it, and what is new is not there.
 * @param table The source's table, as `schema.table`.
 */
export function reachingThroughAdapter(
  adapter: Adapter,
  table: string,
  changes: readonly SchemaChange[],
): readonly ReachingChange[] {
  const tainted = new Set(
    adapter.columns.filter(({ isTainted }) => isTainted).map(({ name }) => key(name)),
  );
  return reachingChanges(adapter.source, table, changes)
    .map((reaching) => ({
      ...reaching,
      isTainted: reaching.change.kind !== "added" && tainted.has(key(reaching.change.column)),
    }))
    .filter(({ change, isTainted }) => isTainted || meanings.has(change.kind));
}
