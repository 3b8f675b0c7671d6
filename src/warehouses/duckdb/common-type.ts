import { isNumeric, isWider } from "./column-cast.ts";
import { fieldOf, renderTypeTree, type TypeTree, varchar } from "./type-tree.ts";

/**
 * Types that may hold the values of both, the best first; the last holds whatever there is. Those
 * before it must be tried on the values: a whole number becomes a DOUBLE only if it stays what it is.
 */
export function commonTypes(has: TypeTree, arriving: TypeTree): readonly TypeTree[] {
  const found = new Map<string, TypeTree>();
  for (let choice = 0; choice < mostChoices; choice += 1) {
    const type = join(has, arriving, choice);
    found.set(renderTypeTree(type), type);
  }
  return [...found.values()];
}

/** As many as two scalars ever have. */
const mostChoices = 3;

function join(has: TypeTree, arriving: TypeTree, choice: number): TypeTree {
  if (has.kind === "null") return arriving;
  if (arriving.kind === "null") return has;
  if (has.kind === "scalar" && arriving.kind === "scalar") {
    const choices = commonScalars(has.text, arriving.text);
    return { kind: "scalar", text: choices[Math.min(choice, choices.length - 1)] ?? "VARCHAR" };
  }
  if (has.kind === "list" && arriving.kind === "list") {
    const size = has.size === arriving.size ? has.size : null;
    return { kind: "list", element: join(has.element, arriving.element, choice), size };
  }
  if (has.kind === "map" && arriving.kind === "map") {
    const key = join(has.key, arriving.key, choice);
    return { kind: "map", key, value: join(has.value, arriving.value, choice) };
  }
  if (has.kind === "struct" && arriving.kind === "struct") {
    const kept = has.fields.map(({ name, type }) => {
      const other = fieldOf(arriving.fields, name);
      return { name, type: other === undefined ? type : join(type, other.type, choice) };
    });
    const added = arriving.fields.filter(({ name }) => fieldOf(has.fields, name) === undefined);
    return { kind: "struct", fields: [...kept, ...added] };
  }
  // A JSON value may be of any shape; everything else that has two shapes is kept as its text.
  return isJson(has) && arriving.kind !== "scalar"
    ? has
    : isJson(arriving) && has.kind !== "scalar"
      ? arriving
      : varchar;
}

function isJson(tree: TypeTree): boolean {
  return tree.kind === "scalar" && tree.text === "JSON";
}

function commonScalars(has: string, arriving: string): readonly string[] {
  if (isWider(arriving, has)) return [has];
  if (isWider(has, arriving)) return [arriving];
  if (isNumeric(has) && isNumeric(arriving)) return [...commonNumbers(has, arriving), "VARCHAR"];
  const pair = new Set([has, arriving]);
  // A time without an offset means UTC wherever Sluice reads it.
  const isInstant = pair.has(instant) && [...pair].every((type) => zoned.has(type));
  if (isInstant) return [instant];
  if (pair.has("TIMESTAMP_NS") && [...pair].every((type) => plainTimes.has(type))) {
    return ["TIMESTAMP_NS", "VARCHAR"];
  }
  return ["VARCHAR"];
}

const instant = "TIMESTAMP WITH TIME ZONE";
const plainTimes: ReadonlySet<string> = new Set([
  "DATE",
  "TIMESTAMP",
  "TIMESTAMP_S",
  "TIMESTAMP_MS",
  "TIMESTAMP_NS",
]);
const zoned: ReadonlySet<string> = new Set([
  instant,
  "DATE",
  "TIMESTAMP",
  "TIMESTAMP_S",
  "TIMESTAMP_MS",
]);

const mostDigits = 38;

function commonNumbers(has: string, arriving: string): readonly string[] {
  const [left, right] = [digitsOf(has), digitsOf(arriving)];
  if (left === null || right === null) return ["DOUBLE", `DECIMAL(${mostDigits},9)`];
  if (
    left.scale === 0 &&
    right.scale === 0 &&
    !has.startsWith("DEC") &&
    !arriving.startsWith("DEC")
  )
    return ["HUGEINT"];
  const scale = Math.max(left.scale, right.scale);
  const whole = Math.max(left.whole, right.whole);
  return [`DECIMAL(${Math.min(mostDigits, whole + scale)},${Math.min(mostDigits, scale)})`];
}

/** Digits before and after the point that a type has; `null` for binary fractions. */
function digitsOf(type: string): { readonly whole: number; readonly scale: number } | null {
  if (type === "DOUBLE" || type === "FLOAT") return null;
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal === null) return { whole: integerDigits.get(type.replace(/^U/, "")) ?? 39, scale: 0 };
  const [width, scale] = [Number(decimal[1]), Number(decimal[2])];
  return { whole: width - scale, scale };
}

const integerDigits: ReadonlyMap<string, number> = new Map([
  ["TINYINT", 3],
  ["SMALLINT", 5],
  ["INTEGER", 10],
  ["BIGINT", 20],
  ["HUGEINT", 39],
]);

/** Whether every value of one type is also a value of the other, by the types alone. */
export function isLossless(from: TypeTree, to: TypeTree): boolean {
  if (from.kind === "null") return true;
  if (from.kind === "scalar" && to.kind === "scalar") {
    const isTimed = to.text === instant && zoned.has(from.text);
    return to.text === "VARCHAR" || isTimed || isWider(from.text, to.text);
  }
  if (to.kind === "scalar") return to.text === "VARCHAR" || to.text === "JSON";
  if (from.kind === "list" && to.kind === "list") {
    return (to.size === null || to.size === from.size) && isLossless(from.element, to.element);
  }
  if (from.kind === "map" && to.kind === "map") {
    return isLossless(from.key, to.key) && isLossless(from.value, to.value);
  }
  if (from.kind !== "struct" || to.kind !== "struct") return false;
  return from.fields.every(({ name, type }) => {
    const other = fieldOf(to.fields, name);
    return other !== undefined && isLossless(type, other.type);
  });
}
