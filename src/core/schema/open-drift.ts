import { present } from "../std/assert.ts";
import type { Hash } from "../std/hash.ts";
import { renameFloor } from "./detect-renames.ts";
import { diffSchemas, type KnownRename } from "./diff-schemas.ts";
import type { SchemaVersion } from "./observed-schema.ts";
import type { SchemaChange } from "./schema-change.ts";
import type { Drift, SchemaHistory } from "./schema-history.ts";

/**
 * All that changed from an earlier version of a source to the last, as one step. Renames of the
 * steps are composed (a to b and b to c is a to c), and their confidences multiplied; what a step
 * did and a later one undid is no change.
 * @param from the id of a version that is remembered
 */
export function openDrift(history: SchemaHistory, from: Hash): readonly SchemaChange[] {
  const { versions } = history;
  const latest = present(versions.at(-1), "a history is never empty").version;
  if (latest.id === from) return [];
  const at = versions.findLastIndex(({ version }) => version.id === from);
  const first = present(versions[at], "the version is remembered").version;
  const isOrdered = !isJson(first) && !isJson(latest);
  const isNullabilityDeclared =
    first.evidence.kind === "declared" && latest.evidence.kind === "declared";
  const options = { isOrdered, isNullabilityDeclared, renameConfidence: renameFloor };
  const steps = stepsFrom(history, at);
  if (steps === null) return diffSchemas(first, latest, options);
  const { renames, touched } = follow(first, steps);
  return diffSchemas(first, latest, { ...options, renames }).filter(
    (change) => !valueKinds.has(change.kind) || touched.has(change.column.toLowerCase()),
  );
}

function isJson({ evidence }: SchemaVersion): boolean {
  return evidence.kind === "inferred" && evidence.from === "json";
}

/**
 * Kinds that a version may gain in silence, while few rows are evidence: between two versions they
 * count only where a step says so.
 */
const valueKinds: ReadonlySet<SchemaChange["kind"]> = new Set([
  "widened",
  "narrowed",
  "retyped",
  "values",
  "format",
  "nested",
  "nullability",
]);

/** The drifts from the version at `at` on, or `null` when one of them is no longer remembered. */
function stepsFrom({ versions, drifts }: SchemaHistory, at: number): readonly Drift[] | null {
  const count = versions.length - 1 - at;
  if (drifts.length < count) return null;
  const steps = drifts.slice(drifts.length - count);
  const isWhole = steps.every(
    ({ from, to }, step) =>
      from === versions[at + step]?.version.id && to === versions[at + step + 1]?.version.id,
  );
  return isWhole ? steps : null;
}

interface Followed {
  readonly renames: ReadonlyMap<string, KnownRename>;
  /** Columns of the first version, in lower case, of which a step changed the values. */
  readonly touched: ReadonlySet<string>;
}

/** Follows each column of the first version through the steps under the names that it had. */
function follow(first: SchemaVersion, steps: readonly Drift[]): Followed {
  /** By the name that it has now, in lower case. */
  let current = new Map(
    first.columns.map(({ name }) => [name.toLowerCase(), { original: name, name, confidence: 1 }]),
  );
  const touched = new Set<string>();
  for (const { changes } of steps) {
    const next = new Map(current);
    const renamed: { original: string; name: string; confidence: number }[] = [];
    for (const change of changes) {
      const key = change.column.toLowerCase();
      const column = current.get(key);
      if (valueKinds.has(change.kind) || change.kind === "added") {
        touched.add((column?.original ?? change.column).toLowerCase());
      }
      if (column === undefined) continue;
      if (change.kind === "dropped" || change.kind === "renamed") next.delete(key);
      if (change.kind === "renamed") {
        const confidence = Math.round(column.confidence * change.confidence * 1000) / 1000;
        renamed.push({ original: column.original, name: change.to, confidence });
      }
    }
    for (const column of renamed) next.set(column.name.toLowerCase(), column);
    current = next;
  }
  const renames = new Map<string, KnownRename>();
  for (const { original, name, confidence } of current.values()) {
    if (original.toLowerCase() === name.toLowerCase()) continue;
    renames.set(original.toLowerCase(), { to: name, confidence });
  }
  return { renames, touched };
}
