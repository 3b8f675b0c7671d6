import { compareText } from "../std/compare.ts";
import type { Json } from "../std/json.ts";
import type { Check, Gate, OnFail } from "./check.ts";
import { gateName } from "./check-form.ts";
import { columnName } from "./contract-columns.ts";
import type { ObjectForm } from "./contract-form.ts";
import type { CustomPropertyForm } from "./contract-part-forms.ts";
import { operatorNames, type QualityForm } from "./contract-quality-form.ts";
import type { DocumentPath } from "./positioned-document.ts";

/** What a contract's conditions become, and what of them cannot be watched. */
export interface ContractGates {
  /** In name order, each name once. */
  readonly gates: readonly Gate[];
  readonly unwatched: readonly UnwatchedPromise[];
}

/** A promise that Sluice does not measure. */
export interface UnwatchedPromise {
  /** Where it stands, from the object on. */
  readonly path: DocumentPath;
  /** What is not watched, as the end of a sentence. */
  readonly why: string;
}

/**
 * The checks of one object. What must hold for every row sets the failing rows aside, unless the
 * contract says how severe it is; what is about the table as a whole fails the load.
 */
export function contractGates(object: ObjectForm, key: readonly string[]): ContractGates {
  const gates = new Map<string, Gate>();
  const unwatched: UnwatchedPromise[] = [];
  const add = (check: Check, quality: QualityForm | null) => {
    const name = gateName(check);
    const onFail = onFailOf(check, quality, object.customProperties ?? []);
    gates.set(name, { name, check, onFail, by: null });
  };
  for (const property of object.properties ?? []) {
    const column = columnName(property);
    if (property.required === true || property.primaryKey === true) {
      add({ kind: "not_null", column }, null);
    }
    if (property.unique === true) add({ kind: "unique", columns: [column] }, null);
  }
  if (key.length > 0) add({ kind: "unique", columns: key }, null);
  const read = (list: readonly QualityForm[], column: string | null, path: DocumentPath) => {
    for (const [at, quality] of list.entries()) {
      const check = checkOf(quality, column, object);
      if (check.kind === "unwatched") {
        unwatched.push({ path: [...path, "quality", at], why: check.why });
      } else if (check.kind !== "text") {
        add(check, quality);
      }
    }
  };
  read(object.quality ?? [], null, []);
  for (const [at, property] of (object.properties ?? []).entries()) {
    read(property.quality ?? [], columnName(property), ["properties", at]);
  }
  const sorted = [...gates.values()].sort((left, right) => compareText(left.name, right.name));
  return { gates: sorted, unwatched };
}

type Reading =
  | Check
  | { readonly kind: "unwatched"; readonly why: string }
  | { readonly kind: "text" };

function checkOf(quality: QualityForm, column: string | null, object: ObjectForm): Reading {
  const metric = String(quality.metric ?? olderRules[String(quality.rule)]);
  if (quality.type === "text") return { kind: "text" };
  if (quality.type === "custom") return unwatched("conditions of other tools are not run");
  if (quality.type === "sql") return sqlCheck(quality, column, object);
  if (metric === "rowCount") return rowCount(quality);
  if (!isNone(quality)) {
    return unwatched(`\`${metric}\` is measured only as \`mustBe: 0\``);
  }
  const given = Object(quality.arguments);
  switch (metric) {
    case "nullValues":
      return column === null ? noColumn : { kind: "not_null", column };
    case "missingValues": {
      const missing: unknown = given.missingValues;
      const isOnlyNull = !Array.isArray(missing) || missing.every((value) => value === null);
      if (column === null) return noColumn;
      if (isOnlyNull) return { kind: "not_null", column };
      return unwatched("`missingValues` other than null are not looked for");
    }
    case "invalidValues": {
      if (column === null) return noColumn;
      const values = scalars(given.validValues);
      if (values.length > 0) return { kind: "accepted_values", column, values };
      return unwatched("`invalidValues` is measured only with `validValues`");
    }
    case "duplicateValues": {
      const names = scalars(given.properties).map(String);
      const columns = column === null ? names.map((name) => physicalOf(name, object)) : [column];
      if (columns.length === 0) return unwatched("`duplicateValues` names no `properties`");
      return { kind: "unique", columns };
    }
    default:
      return unwatched(`the rule \`${String(quality.rule)}\` is not known`);
  }
}

/** Names that the 3.0 edition's examples give to what are metrics since. */
const olderRules: Readonly<Record<string, string>> = {
  nullCheck: "nullValues",
  nullValues: "nullValues",
  duplicateCount: "duplicateValues",
  duplicateValues: "duplicateValues",
  validValues: "invalidValues",
  rowCount: "rowCount",
};

const noColumn: Reading = { kind: "unwatched", why: "it is about a column, and stands at none" };

function unwatched(why: string): Reading {
  return { kind: "unwatched", why };
}

function physicalOf(name: string, object: ObjectForm): string {
  const property = object.properties?.find((one) => one.name === name);
  return property === undefined ? name : columnName(property);
}

function scalars(values: unknown): readonly (string | number | boolean | null)[] & readonly Json[] {
  if (!Array.isArray(values)) return [];
  return values.filter(
    (value: unknown): value is string | number | boolean | null =>
      value === null || ["string", "number", "boolean"].includes(typeof value),
  );
}

/** Whether the measured number must be none. */
function isNone(quality: QualityForm): boolean {
  const isRows = quality.unit === undefined || quality.unit === "rows";
  return (
    quality.mustBe === 0 ||
    quality.mustBeLessOrEqualTo === 0 ||
    (isRows && quality.mustBeLessThan === 1)
  );
}

function rowCount(quality: QualityForm): Reading {
  const whole = (value: unknown, step: number) =>
    typeof value === "number" && Number.isInteger(value) ? Math.max(0, value + step) : null;
  if (quality.unit !== undefined && quality.unit !== "rows") {
    return unwatched("`rowCount` is counted in rows");
  }
  const exact = whole(quality.mustBe, 0);
  const between: unknown = quality.mustBeBetween;
  const [low, high] = Array.isArray(between) ? between : [];
  const min =
    exact ??
    whole(low, 0) ??
    whole(quality.mustBeGreaterThan, 1) ??
    whole(quality.mustBeGreaterOrEqualTo, 0);
  const max =
    exact ??
    whole(high, 0) ??
    whole(quality.mustBeLessThan, -1) ??
    whole(quality.mustBeLessOrEqualTo, 0);
  if (min === null && max === null) {
    const operator = operatorNames.find((name) => Object.hasOwn(quality, name)) ?? "nothing";
    return unwatched(`\`rowCount\` cannot be compared by \`${operator}\` of such a value`);
  }
  return { kind: "row_count", min, max };
}

/**
 * A query that counts the rows of the object for which a condition is true, and must find none, is
 * a condition over one row; no other query is.
 */
function sqlCheck(quality: QualityForm, column: string | null, object: ObjectForm): Reading {
  const query = typeof quality.query === "string" ? quality.query.trim() : "";
  const found = /^select\s+count\s*\(\s*\*\s*\)\s+from\s+(\S+)\s+where\s+([^;]+?);?$/is.exec(query);
  const [, table = "", condition = ""] = found ?? [];
  const names = [object.name, object.physicalName].map((name) => name?.toLowerCase());
  const isOwn = /^\$?\{(table|object)\}$/i.test(table) || names.includes(table.toLowerCase());
  const hasMore = /\b(group|having|order|limit|union|intersect|except|select|qualify)\b/i;
  if (!isNone(quality) || !isOwn || hasMore.test(condition) || !isBalanced(condition)) {
    return unwatched(
      "a query is measured only as `SELECT count(*) FROM {table} WHERE …` with `mustBe: 0`",
    );
  }
  const name = column === null ? null : `"${column.replaceAll('"', '""')}"`;
  const sql = condition.replaceAll(/\$?\{(property|column)\}/g, (text) => name ?? text);
  return { kind: "expression", sql: `(${sql}) IS NOT TRUE` };
}

/** Whether each parenthesis closes, so that the text stays one operand. */
function isBalanced(text: string): boolean {
  let depth = 0;
  const bare = text.replaceAll(/'[^']*'|"[^"]*"/g, "");
  if (/['"]|--|\/\*/.test(bare)) return false;
  for (const mark of bare) {
    if (mark === "(") depth += 1;
    if (mark === ")") depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

const severe = new Set(["error", "critical", "blocker", "fatal", "high", "major"]);
const mild = new Set(["warning", "warn", "info", "information", "low", "minor", "medium"]);

function onFailOf(
  check: Check,
  quality: QualityForm | null,
  object: readonly CustomPropertyForm[],
): OnFail {
  const isWhole = check.kind === "row_count";
  const own = quality?.customProperties ?? [];
  const asked = [...own, ...object].find(({ property }) => property === "sluice.onFail")?.value;
  if (asked === "fail" || asked === "undo" || asked === "warn") return asked;
  if (asked === "quarantine") return isWhole ? "fail" : asked;
  const severity = quality?.severity?.toLowerCase() ?? "";
  if (severe.has(severity)) return "fail";
  if (mild.has(severity)) return "warn";
  return isWhole ? "fail" : "quarantine";
}
