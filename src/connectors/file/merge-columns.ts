import { unknownType } from "./infer-types.ts";

/** The columns of several files as one table: by name, without regard to case, first seen first. */
export interface MergedColumn {
  /** As first seen. */
  readonly name: string;
  /** The different types of the files that have it, unknown ones left out. */
  readonly types: readonly string[];
}

export function mergeColumns(
  files: readonly (readonly (readonly [string, string])[])[],
): readonly MergedColumn[] {
  const merged = new Map<string, { name: string; types: Set<string> }>();
  for (const columns of files) {
    for (const [name, type] of columns) {
      const key = name.toLowerCase();
      const column = merged.get(key) ?? { name, types: new Set<string>() };
      if (type !== unknownType) column.types.add(type);
      merged.set(key, column);
    }
  }
  return [...merged.values()].map(({ name, types }) => ({ name, types: [...types] }));
}

/** Types that hold each other's values, the wider later. */
const families = [
  [
    "TINYINT",
    "UTINYINT",
    "SMALLINT",
    "USMALLINT",
    "INTEGER",
    "UINTEGER",
    "BIGINT",
    "UBIGINT",
    "HUGEINT",
    "FLOAT",
    "DOUBLE",
  ],
  ["DATE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP", "TIMESTAMP_NS"],
];

/**
 * The narrowest type that all of `types` fit in without loss.
 * @returns `null` when only DuckDB can say, because they are nested or have parameters.
 */
export function widestType(types: readonly string[]): string | null {
  const [first, ...rest] = types;
  if (first === undefined) return "VARCHAR";
  if (rest.length === 0) return first;
  if (types.includes("JSON") && !types.includes("VARCHAR")) return "JSON";
  const family = families.find((members) => types.every((type) => members.includes(type)));
  if (!family) return types.every(isNested) || types.every(isNumber) ? null : "VARCHAR";
  if (types.includes("FLOAT")) return "DOUBLE";
  const isSigned = types.some((type) => !type.startsWith("U"));
  const isUnsigned = types.some((type) => type.startsWith("U"));
  return isSigned && isUnsigned ? null : (family.findLast((type) => types.includes(type)) ?? null);
}

function isNested(type: string): boolean {
  return type.endsWith("]") || /^(STRUCT|MAP|UNION)\(/.test(type);
}

function isNumber(type: string): boolean {
  return families[0]?.includes(type) === true || type.startsWith("DECIMAL(");
}
