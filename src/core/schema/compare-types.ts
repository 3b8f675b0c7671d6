import type { DataType, Field, ScalarName } from "./data-type.ts";
import { renderDataType } from "./data-type.ts";

/**
 * What became of a type as a whole.
 *
 * - widened: every old value is within the range of the new type; lossy when some of them have no
 *   exact like there (BIGINT to DOUBLE, TIMESTAMP to TIMESTAMP WITH TIME ZONE);
 * - narrowed: of the same kind, but some old values do not fit, or would be rounded;
 * - retyped: another kind of value; lossy unless every old value can be said in the new type.
 */
export type TypeComparison =
  | { readonly kind: "same" }
  | { readonly kind: "widened" | "narrowed" | "retyped"; readonly isLossy: boolean };

const same: TypeComparison = { kind: "same" };
const widened: TypeComparison = { kind: "widened", isLossy: false };
const widenedWithLoss: TypeComparison = { kind: "widened", isLossy: true };
const narrowed: TypeComparison = { kind: "narrowed", isLossy: true };
const retyped: TypeComparison = { kind: "retyped", isLossy: true };
const retypedWithoutLoss: TypeComparison = { kind: "retyped", isLossy: false };

/**
 * Compares two types. "No evidence" is the same as anything, also inside. Of nested types the worst
 * of the parts counts; `diffSchemas` says which part it is.
 */
export function compareTypes(before: DataType, after: DataType): TypeComparison {
  if (before === after || before.kind === "unknown" || after.kind === "unknown") return same;
  if (before.kind === "list" && after.kind === "list") return compareLists(before, after);
  if (before.kind === "struct" && after.kind === "struct") {
    return worstOf(compareFields(before.fields, after.fields, retyped));
  }
  if (before.kind === "union" && after.kind === "union") {
    return worstOf(compareFields(before.fields, after.fields, narrowed));
  }
  if (before.kind === "map" && after.kind === "map") {
    return worstOf([compareTypes(before.key, after.key), compareTypes(before.value, after.value)]);
  }
  if (before.kind === "enum" && after.kind === "enum") return compareEnums(before, after);
  return compareFlat(before, after);
}

const severity = { same: 0, widened: 1, narrowed: 3, retyped: 4 } as const;

function severityOf(comparison: TypeComparison): number {
  const isLossyWidening = comparison.kind === "widened" && comparison.isLossy;
  return severity[comparison.kind] + (isLossyWidening ? 1 : 0);
}

function worstOf(comparisons: readonly TypeComparison[]): TypeComparison {
  return comparisons.reduce(
    (worst, one) => (severityOf(one) > severityOf(worst) ? one : worst),
    same,
  );
}

type ListType = Extract<DataType, { readonly kind: "list" }>;

function compareLists(before: ListType, after: ListType): TypeComparison {
  const items = compareTypes(before.item, after.item);
  if (before.length === after.length) return items;
  // An array of three is a list; a list is an array of three only by chance.
  if (after.length === null) return worstOf([items, widened]);
  return worstOf([items, before.length === null ? narrowed : retyped]);
}

function compareFields(
  before: readonly Field[],
  after: readonly Field[],
  whenGone: TypeComparison,
): readonly TypeComparison[] {
  const known = new Map(after.map((field) => [field.name.toLowerCase(), field]));
  const kept = before.map((field) => {
    const now = known.get(field.name.toLowerCase());
    known.delete(field.name.toLowerCase());
    return now === undefined ? whenGone : compareTypes(field.type, now.type);
  });
  return known.size > 0 ? [...kept, widened] : kept;
}

type EnumType = Extract<DataType, { readonly kind: "enum" }>;

function compareEnums(before: EnumType, after: EnumType): TypeComparison {
  const now = new Set(after.members);
  const kept = before.members.filter((member) => now.has(member));
  if (kept.length < before.members.length) return kept.length === 0 ? retyped : narrowed;
  return after.members.length > before.members.length ? widened : same;
}

function compareFlat(before: DataType, after: DataType): TypeComparison {
  if (renderDataType(before) === renderDataType(after)) return same;
  const numbers = compareNumbers(before, after);
  if (numbers !== null) return numbers;
  if (isText(before) && isText(after)) return compareTexts(before, after);
  if (before.kind === "scalar" && after.kind === "scalar") {
    const steps = timeSteps[`${before.name}>${after.name}`];
    if (steps !== undefined) return steps;
    if (timeSteps[`${after.name}>${before.name}`] !== undefined) return narrowed;
  }
  return after.kind === "text" && after.length === null ? retypedWithoutLoss : retyped;
}

/** From a type of time to a wider one. The other way round is a narrowing. */
const timeSteps: Readonly<Record<string, TypeComparison>> = {
  "DATE>TIMESTAMP_S": widened,
  "DATE>TIMESTAMP_MS": widened,
  "DATE>TIMESTAMP": widened,
  // Nanoseconds reach from 1677 to 2262 only.
  "DATE>TIMESTAMP_NS": widenedWithLoss,
  // Whose midnight it is depends on the zone of who looks.
  "DATE>TIMESTAMP WITH TIME ZONE": widenedWithLoss,
  "TIMESTAMP_S>TIMESTAMP_MS": widened,
  "TIMESTAMP_S>TIMESTAMP": widened,
  "TIMESTAMP_S>TIMESTAMP_NS": widenedWithLoss,
  "TIMESTAMP_MS>TIMESTAMP": widened,
  "TIMESTAMP_MS>TIMESTAMP_NS": widenedWithLoss,
  "TIMESTAMP>TIMESTAMP_NS": widenedWithLoss,
  "TIMESTAMP_S>TIMESTAMP WITH TIME ZONE": widenedWithLoss,
  "TIMESTAMP_MS>TIMESTAMP WITH TIME ZONE": widenedWithLoss,
  "TIMESTAMP>TIMESTAMP WITH TIME ZONE": widenedWithLoss,
  "TIME>TIME_NS": widened,
  "TIME>TIME WITH TIME ZONE": widenedWithLoss,
};

type TextType = Extract<DataType, { readonly kind: "text" | "enum" | "scalar" }>;

/** Text, and what is text under a rule: the members of an enumeration, or JSON. */
function isText(type: DataType): type is TextType {
  return (
    type.kind === "text" || type.kind === "enum" || (type.kind === "scalar" && type.name === "JSON")
  );
}

function compareTexts(before: TextType, after: TextType): TypeComparison {
  if (after.kind !== "text") return before.kind === "text" ? narrowed : retyped;
  if (after.length === null) return widened;
  const length = longest(before);
  return length !== null && length <= after.length ? widened : narrowed;
}

function longest(type: TextType): number | null {
  if (type.kind === "text") return type.length;
  if (type.kind !== "enum") return null;
  return type.members.reduce((length, member) => Math.max(length, [...member].length), 0);
}

/** What numbers a type holds: whole ones between two bounds, decimal ones, or floating ones. */
type NumberRange =
  | { readonly kind: "whole"; readonly min: bigint; readonly max: bigint }
  | { readonly kind: "decimal"; readonly max: bigint; readonly scale: number }
  | { readonly kind: "any" }
  | { readonly kind: "float"; readonly exactMax: bigint; readonly digits: number };

const wholeBits: Partial<Record<ScalarName, readonly [bits: bigint, isSigned: boolean]>> = {
  TINYINT: [8n, true],
  SMALLINT: [16n, true],
  INTEGER: [32n, true],
  BIGINT: [64n, true],
  HUGEINT: [128n, true],
  UTINYINT: [8n, false],
  USMALLINT: [16n, false],
  UINTEGER: [32n, false],
  UBIGINT: [64n, false],
  UHUGEINT: [128n, false],
};

/** The numbers that a type holds, or `null` for a type of others. */
export function numberRangeOf(type: DataType): NumberRange | null {
  if (type.kind === "decimal") {
    return { kind: "decimal", max: 10n ** BigInt(type.width - type.scale) - 1n, scale: type.scale };
  }
  if (type.kind !== "scalar") return null;
  if (type.name === "BIGNUM") return { kind: "any" };
  if (type.name === "FLOAT") return { kind: "float", exactMax: 2n ** 24n, digits: 6 };
  if (type.name === "DOUBLE") return { kind: "float", exactMax: 2n ** 53n, digits: 15 };
  const whole = wholeBits[type.name];
  if (whole === undefined) return null;
  const [bits, isSigned] = whole;
  return isSigned
    ? { kind: "whole", min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n }
    : { kind: "whole", min: 0n, max: 2n ** bits - 1n };
}

function compareNumbers(before: DataType, after: DataType): TypeComparison | null {
  const from = numberRangeOf(before);
  const to = numberRangeOf(after);
  if (from === null || to === null) return null;
  if (to.kind === "float") return compareToFloat(from, to);
  if (from.kind === "float") return narrowed;
  const isWhole = from.kind !== "decimal" || from.scale === 0;
  if (to.kind === "any") return isWhole ? widened : narrowed;
  if (from.kind === "any") return narrowed;
  if (to.kind === "whole") {
    const min = from.kind === "whole" ? from.min : -from.max;
    return isWhole && to.min <= min && from.max <= to.max ? widened : narrowed;
  }
  const scale = from.kind === "decimal" ? from.scale : 0;
  const max = largest(from);
  return max <= to.max && scale <= to.scale ? widened : narrowed;
}

function compareToFloat(
  from: NumberRange,
  to: Extract<NumberRange, { readonly kind: "float" }>,
): TypeComparison {
  switch (from.kind) {
    case "float":
      return from.digits <= to.digits ? widened : narrowed;
    case "any":
      return narrowed;
    case "whole":
      return largest(from) <= to.exactMax ? widened : widenedWithLoss;
    case "decimal":
      // A fraction such as 0.1 has no exact like in binary.
      return from.scale === 0 && from.max <= to.exactMax ? widened : widenedWithLoss;
  }
}

/** The largest absolute value. */
function largest(range: { readonly min?: bigint; readonly max: bigint }): bigint {
  const below = -(range.min ?? 0n);
  if (below > range.max) return below;
  return range.max;
}
