import { unreachable } from "../std/unreachable.ts";
import { compareTypes } from "./compare-types.ts";
import type { CompatibilityMode } from "./compatibility-mode.ts";
import type { DataType } from "./data-type.ts";
import { type ComparableSchema, diffSchemas } from "./diff-schemas.ts";
import { dataTypeOf } from "./parse-data-type.ts";
import type { NestedChange, SchemaChange } from "./schema-change.ts";

/** Who can no longer read what: readers of the new schema old data, or readers of the old new data. */
export type Direction = "backward" | "forward";

/** Why a change is not compatible. */
export interface IncompatibilityReason {
  readonly change: SchemaChange;
  /** Which directions it breaks; at least one. */
  readonly breaks: readonly Direction[];
  /** Why, in one sentence. */
  readonly because: string;
}

/**
 * Whether two versions of a schema can be read as each other. Backward: a reader made for the new
 * schema can read old data. Forward: a reader made for the old schema can read new data. Columns
 * are found by name, and a missing nullable column reads as NULL.
 */
export interface Compatibility {
  readonly backward: boolean;
  readonly forward: boolean;
  readonly full: boolean;
  readonly reasons: readonly IncompatibilityReason[];
}

/** How two versions of a schema can be read as each other. */
export function compatibility(before: ComparableSchema, after: ComparableSchema): Compatibility {
  const changes = diffSchemas(before, after);
  const renamed = new Set(
    changes.flatMap(({ kind, column }) => (kind === "renamed" ? [column] : [])),
  );
  const reasons = changes.flatMap((change): readonly IncompatibilityReason[] => {
    const verdict =
      change.kind === "renamed"
        ? renameVerdict(change, { before, after })
        : // Readers find columns by name, so they never hold the two sides of a renamed one together.
          renamed.has(change.column)
          ? null
          : verdictOf(change);
    return verdict === null || verdict.breaks.length === 0 ? [] : [{ change, ...verdict }];
  });
  const backward = !reasons.some(({ breaks }) => breaks.includes("backward"));
  const forward = !reasons.some(({ breaks }) => breaks.includes("forward"));
  return { backward, forward, full: backward && forward, reasons };
}

/** Whether a schema may follow others. */
export interface Permission {
  readonly isAllowed: boolean;
  /** What stands against it, only of the directions that the mode asks for; each change once. */
  readonly reasons: readonly IncompatibilityReason[];
}

/**
 * Whether a mode lets `next` follow the earlier versions of a schema, oldest first. A transitive
 * mode compares it with all of them, the others with the last; the first version is always allowed.
 */
export function isAllowed(
  mode: CompatibilityMode,
  earlier: readonly ComparableSchema[],
  next: ComparableSchema,
): Permission {
  const wanted = directionsOf(mode);
  const compared = mode.endsWith("_transitive") ? earlier.toReversed() : earlier.slice(-1);
  const reasons = new Map<string, IncompatibilityReason>();
  for (const before of wanted.length === 0 ? [] : compared) {
    for (const reason of compatibility(before, next).reasons) {
      const breaks = reason.breaks.filter((direction) => wanted.includes(direction));
      const id = JSON.stringify([reason.change, breaks]);
      if (breaks.length > 0 && !reasons.has(id)) reasons.set(id, { ...reason, breaks });
    }
  }
  return { isAllowed: reasons.size === 0, reasons: [...reasons.values()] };
}

function directionsOf(mode: CompatibilityMode): readonly Direction[] {
  switch (mode) {
    case "backward":
    case "backward_transitive":
      return ["backward"];
    case "forward":
    case "forward_transitive":
      return ["forward"];
    case "full":
    case "full_transitive":
      return both;
    case "none":
      return [];
    default:
      return unreachable(mode);
  }
}

const both: readonly Direction[] = ["backward", "forward"];

type Verdict = Pick<IncompatibilityReason, "breaks" | "because">;

/** To readers a renamed column is one that is gone, and another that is new. */
function renameVerdict(
  { column, to }: Renamed,
  { before, after }: { readonly before: ComparableSchema; readonly after: ComparableSchema },
): Verdict | null {
  const breaks: Direction[] = [];
  if (isRequired(after, to)) breaks.push("backward");
  if (isRequired(before, column)) breaks.push("forward");
  const because = `\`${column}\` is \`${to}\` now, readers find columns by name, and it must have a value.`;
  return { breaks, because };
}

type Renamed = Extract<SchemaChange, { readonly kind: "renamed" }>;

function isRequired({ columns }: ComparableSchema, name: string): boolean {
  const found = columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
  return found?.nullable === false;
}

function verdictOf(change: Exclude<SchemaChange, Renamed>): Verdict | null {
  const name = `\`${change.column}\``;
  switch (change.kind) {
    case "added":
      return change.nullable
        ? null
        : { breaks: ["backward"], because: `Old data has no ${name}, which must have a value.` };
    case "dropped":
      return change.nullable
        ? null
        : { breaks: ["forward"], because: `New data has no ${name}, which must have a value.` };
    case "widened":
    case "narrowed":
    case "retyped":
      return typeVerdict(name, change.before, change.after);
    case "nullability":
      return change.after
        ? { breaks: ["forward"], because: `New data may have NULL in ${name}.` }
        : { breaks: ["backward"], because: `Old data may have NULL in ${name}.` };
    case "key":
      return keyVerdict(change.before, change.after);
    case "values":
      return valuesVerdict(name, change.before, change.after);
    case "format":
      return { breaks: both, because: `The values of ${name} are written in another way.` };
    case "nested":
      return nestedVerdict(change.path, change.inner);
    // Columns are found by name, and what else is lost is said by the other changes.
    case "reordered":
    case "replaced":
      return null;
    default:
      return unreachable(change);
  }
}

function nestedVerdict(path: string, inner: NestedChange): Verdict | null {
  switch (inner.kind) {
    case "widened":
    case "narrowed":
    case "retyped":
      return typeVerdict(`\`${path}\``, inner.before, inner.after);
    // A field of a struct is always nullable, and found by name.
    case "added":
    case "dropped":
    case "renamed":
    case "reordered":
      return null;
    default:
      return unreachable(inner);
  }
}

function typeVerdict(name: string, before: string, after: string): Verdict {
  const [old, now] = [dataTypeOf(before), dataTypeOf(after)];
  const breaks: Direction[] = [];
  if (!isReadableAs(old, now)) breaks.push("backward");
  if (!isReadableAs(now, old)) breaks.push("forward");
  const [first] = breaks;
  const because =
    breaks.length === 2
      ? `Neither ${before} nor ${after} holds all values of the other in ${name}.`
      : first === "backward"
        ? `Not every old value of ${name}, a ${before}, is a ${after}.`
        : `Not every new value of ${name}, a ${after}, is a ${before}.`;
  return { breaks, because };
}

/** Whether every value of one type has an exact like in the other. */
function isReadableAs(data: DataType, reader: DataType): boolean {
  const comparison = compareTypes(data, reader);
  return comparison.kind === "same" || (comparison.kind === "widened" && !comparison.isLossy);
}

function keyVerdict(before: readonly string[], after: readonly string[]): Verdict {
  const breaks: Direction[] = [];
  if (!isUniqueBy(before, after)) breaks.push("backward");
  if (!isUniqueBy(after, before)) breaks.push("forward");
  const [old, now] = [keyText(before), keyText(after)];
  return { breaks, because: `Rows were unique by ${old}, and are by ${now}.` };
}

/** Whether rows that are unique by one key are so by the other, too. */
function isUniqueBy(known: readonly string[], wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  const names = new Set(wanted.map((name) => name.toLowerCase()));
  return known.length > 0 && known.every((name) => names.has(name.toLowerCase()));
}

function keyText(key: readonly string[]): string {
  return key.length === 0 ? "nothing" : key.map((name) => `\`${name}\``).join(", ");
}

function valuesVerdict(
  name: string,
  before: readonly string[],
  after: readonly string[],
): Verdict | null {
  const breaks: Direction[] = [];
  const gone = before.filter((member) => !after.includes(member));
  const young = after.filter((member) => !before.includes(member));
  if (gone.length > 0) breaks.push("backward");
  if (young.length > 0) breaks.push("forward");
  const list = [...gone.map((member) => `no more '${member}'`), ...young.map((one) => `'${one}'`)];
  const shown = list.length > 10 ? [...list.slice(0, 10), "…"] : list;
  return { breaks, because: `${name} now has ${shown.join(", ")}.` };
}
