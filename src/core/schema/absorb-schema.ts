import { numberRangeOf } from "./compare-types.ts";
import { type DataType, renderDataType } from "./data-type.ts";
import { renameFloor } from "./detect-renames.ts";
import { type ComparableSchema, diffSchemas, type KnownRename } from "./diff-schemas.ts";
import type {
  ColumnFormat,
  ObservedColumn,
  ObservedSchema,
  SchemaEvidence,
  SchemaVersion,
} from "./observed-schema.ts";
import { dataTypeOf } from "./parse-data-type.ts";
import type { SchemaChange } from "./schema-change.ts";
import { isOfVersion, versionOf } from "./schema-version.ts";
import { formatOf, settleFormat, tellingValues } from "./settle-format.ts";
import { type SettledType, settleTypes } from "./settle-types.ts";

/** What a shape makes of a version. */
export interface Absorbed {
  /** The same object where nothing was learned; the same id where nothing drifted. */
  readonly version: SchemaVersion;
  /** Empty where the shape fits. */
  readonly changes: readonly SchemaChange[];
}

/** How shapes are absorbed. */
export interface AbsorbOptions {
  /**
   * How sure a rename must be to be recorded, 0 to 1. Who acts on it may ask for more.
   * @default the floor
   */
  readonly renameConfidence?: number;
}

/**
 * Compares an observed shape with the version that a source had. A shape that fits only refines the
 * version: what had no evidence gets a type, numbers that few rows showed widen, absent keys of JSON
 * count as NULL. Anything else is drift, and makes a new version.
 */
export function absorb(
  version: SchemaVersion | null,
  observed: ObservedSchema,
  options: AbsorbOptions = {},
): Absorbed {
  if (version === null) return { version: versionOf(observed), changes: [] };
  if (isOfVersion(version, observed)) {
    return { version: learned(withNulls(version, observed), observed), changes: [] };
  }
  const renameConfidence = options.renameConfidence ?? renameFloor;
  const { before, after, renames } = settle(version, observed, renameConfidence);
  const changes = diffSchemas(before, after, {
    isOrdered: !isJson(observed.evidence) && !isJson(version.evidence),
    isNullabilityDeclared: areDeclared(version, observed),
    renameConfidence,
    renames,
  });
  if (changes.length > 0) return { version: versionOf({ ...observed, ...after }), changes };
  return { version: learned(refined(version, before), observed), changes };
}

function isJson(evidence: SchemaEvidence): boolean {
  return evidence.kind === "inferred" && evidence.from === "json";
}

function areDeclared(version: ObservedSchema, observed: ObservedSchema): boolean {
  return version.evidence.kind === "declared" && observed.evidence.kind === "declared";
}

function rowsOf(evidence: SchemaEvidence): number {
  return evidence.kind === "inferred" ? evidence.rows : tellingValues;
}

/** Values that are not NULL that what is known of a column rests on. */
function valuesOf(column: ObservedColumn, evidence: SchemaEvidence): number {
  return rowsOf(evidence) * (1 - (column.sketch?.nullShare ?? 0));
}

/** The version with what it now has evidence for; the same object where that is nothing. */
function refined(version: SchemaVersion, shape: ObservedShape): SchemaVersion {
  const isSame =
    version.columns.length === shape.columns.length &&
    version.columns.every((column, at) => column === shape.columns[at]);
  return isSame ? version : { ...version, columns: shape.columns };
}

/** A key of JSON that was NULL once may be so again, and then absent. */
function withNulls(version: SchemaVersion, observed: ObservedSchema): SchemaVersion {
  if (!isJson(version.evidence)) return version;
  const columns = version.columns.map((column, at) => {
    const sketch = learnedSketch(column, observed.columns[at] ?? column);
    return sketch === column.sketch ? column : { ...column, sketch };
  });
  return refined(version, { columns, key: version.key });
}

/** Rows add up until they are enough to be evidence. */
function learned(version: SchemaVersion, observed: ObservedSchema): SchemaVersion {
  const { evidence } = version;
  if (evidence.kind !== "inferred" || observed.evidence.kind !== "inferred") return version;
  if (evidence.rows >= tellingValues) return version;
  const rows = evidence.rows + observed.evidence.rows;
  return rows === evidence.rows ? version : { ...version, evidence: { ...evidence, rows } };
}

interface ObservedShape extends ComparableSchema {
  readonly columns: readonly ObservedColumn[];
}

interface SettledShape {
  readonly before: ObservedShape;
  readonly after: ObservedShape;
  readonly renames: ReadonlyMap<string, KnownRename>;
}

function settle(
  version: SchemaVersion,
  observed: ObservedSchema,
  renameConfidence: number,
): SettledShape {
  const renames = findRenames(version, observed, renameConfidence);
  const open = new Map(observed.columns.map((column) => [column.name.toLowerCase(), column]));
  const before: ObservedColumn[] = [];
  const settled = new Map<ObservedColumn, ObservedColumn>();
  const silent: ObservedColumn[] = [];
  const sides = { version, observed };
  for (const column of version.columns) {
    const rename = renames.get(column.name.toLowerCase());
    const key = (rename?.to ?? column.name).toLowerCase();
    const now = open.get(key);
    open.delete(key);
    if (now !== undefined) {
      const pair = settleColumn(column, now, { ...sides, isRenamed: rename !== undefined });
      before.push(pair.before);
      settled.set(now, pair.after);
      continue;
    }
    before.push(column);
    if (isJson(observed.evidence) && isLikelyNull(column, sides)) silent.push(column);
  }
  const after = observed.columns.flatMap((column) => {
    const known = settled.get(column);
    if (known !== undefined) return [known];
    // A key of JSON of which there is no value yet is not there yet.
    return isJson(observed.evidence) && dataTypeOf(column.type).kind === "unknown" ? [] : [column];
  });
  const isOrdered = !isJson(observed.evidence);
  const columns = isOrdered ? after : inOrderOf(before, [...after, ...silent], renames);
  return {
    before: { columns: before, key: version.key },
    after: { columns, key: observed.key },
    renames,
  };
}

/** Where order says nothing, the columns stay in the order in which they were first seen. */
function inOrderOf(
  known: readonly ObservedColumn[],
  columns: readonly ObservedColumn[],
  renames: ReadonlyMap<string, KnownRename>,
): readonly ObservedColumn[] {
  const places = new Map(
    known.map(({ name }, at) => [(renames.get(name.toLowerCase())?.to ?? name).toLowerCase(), at]),
  );
  const placeOf = ({ name }: ObservedColumn) => places.get(name.toLowerCase()) ?? known.length;
  return columns.toSorted((one, other) => placeOf(one) - placeOf(other));
}

function findRenames(
  version: SchemaVersion,
  observed: ObservedSchema,
  renameConfidence: number,
): ReadonlyMap<string, KnownRename> {
  const known = new Set(version.columns.map(({ name }) => name.toLowerCase()));
  const seen = new Set(observed.columns.map(({ name }) => name.toLowerCase()));
  const isNew = observed.columns.some(({ name }) => !known.has(name.toLowerCase()));
  const isGone = version.columns.some(({ name }) => !seen.has(name.toLowerCase()));
  if (!isNew || !isGone) return new Map();
  return new Map(
    diffSchemas(version, observed, { renameConfidence }).flatMap((change) =>
      change.kind === "renamed"
        ? [[change.column.toLowerCase(), { to: change.to, confidence: change.confidence }]]
        : [],
    ),
  );
}

interface Sides {
  readonly version: SchemaVersion;
  readonly observed: ObservedSchema;
}

/** In fewer rows a key of JSON may be absent by chance, however many had it before. */
const tellingAbsence = 100;

/**
 * Whether a key of JSON that is absent may as well be NULL throughout: it was NULL before, or there
 * are too few rows to tell.
 */
function isLikelyNull(column: ObservedColumn, { version, observed }: Sides): boolean {
  if (dataTypeOf(column.type).kind === "unknown") return true;
  const rows = rowsOf(observed.evidence);
  if (column.sketch === null) return column.nullable && rows < tellingValues;
  if (column.sketch.nullShare > 0 || rows < tellingAbsence) return true;
  // How often a value is NULL that never was: at most about once in so many rows.
  const chance = 1 / (rowsOf(version.evidence) + 2);
  return chance ** rows > 0.05;
}

function settleColumn(
  old: ObservedColumn,
  now: ObservedColumn,
  sides: Sides & { readonly isRenamed: boolean },
): { readonly before: ObservedColumn; readonly after: ObservedColumn } {
  const { version, observed, isRenamed } = sides;
  const types = settledTypes(old, now, sides);
  const formats = settleFormat(
    { format: formatOf(old), sketch: old.sketch, values: valuesOf(old, version.evidence) },
    { format: formatOf(now), sketch: now.sketch, values: valuesOf(now, observed.evidence) },
  );
  // What follows from the type alone is said by the type.
  const isFormatKept = isSameValue(formats.before, formats.after);
  const isRetyped = renderDataType(types.before) !== renderDataType(types.after);
  const isNowPlain = isRetyped || isSameValue(formats.after, formatOf(now));
  const isNullable = areDeclared(version, observed)
    ? { before: old.nullable, after: now.nullable }
    : { before: old.nullable || now.nullable, after: old.nullable || now.nullable };
  const before: ObservedColumn = {
    name: old.name,
    type: renderDataType(types.before),
    nullable: isNullable.before,
    format:
      isFormatKept && isSameValue(formats.before, formatOf(old)) ? old.format : formats.before,
    sketch: learnedSketch(old, now),
  };
  return {
    before: isUnchanged(old, before) ? old : before,
    after: {
      // Only its case may differ, which is no other name.
      name: isRenamed ? now.name : old.name,
      type: renderDataType(types.after),
      nullable: isNullable.after,
      format: isFormatKept && isNowPlain ? now.format : formats.after,
      sketch: now.sketch ?? old.sketch,
    },
  };
}

function learnedSketch(old: ObservedColumn, now: ObservedColumn) {
  if (old.sketch === null || now.sketch === null) return old.sketch ?? now.sketch;
  const isFirstNull = old.sketch.nullShare === 0 && now.sketch.nullShare > 0;
  return isFirstNull ? { ...old.sketch, nullShare: now.sketch.nullShare } : old.sketch;
}

function isUnchanged(old: ObservedColumn, column: ObservedColumn): boolean {
  return (
    old.type === column.type &&
    old.nullable === column.nullable &&
    old.sketch === column.sketch &&
    isSameValue(old.format, column.format)
  );
}

function isSameValue(left: ColumnFormat | null, right: ColumnFormat | null): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function settledTypes(
  old: ObservedColumn,
  now: ObservedColumn,
  { version, observed, isRenamed }: Sides & { readonly isRenamed: boolean },
): SettledType {
  const [was, is]: readonly [DataType, DataType] = [dataTypeOf(old.type), dataTypeOf(now.type)];
  const areInferred = version.evidence.kind === "inferred" && observed.evidence.kind === "inferred";
  const areNumbers = numberRangeOf(was) !== null && numberRangeOf(is) !== null;
  // Under a new name, text starts again: what is loaded there has the type that it now looks like.
  if (areInferred && (!isRenamed || areNumbers)) {
    return settleTypes(was, is, {
      isWeak: valuesOf(old, version.evidence) < tellingValues,
      isAbsenceTelling: !isJson(observed.evidence) || rowsOf(observed.evidence) >= tellingValues,
    });
  }
  if (was.kind === "unknown") return { before: is, after: is };
  return is.kind === "unknown" ? { before: was, after: was } : { before: was, after: is };
}
