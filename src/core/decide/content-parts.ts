import { type Hash, hashOf } from "../std/hash.ts";

/**
 * What a table holds, taken apart: where `rows` and a column's code are the same, so are the values of
 * that column, whatever else the table has.
 */
export interface ContentParts {
  readonly rows: Hash;
  /** In the order of the table; names in lower case, each once. */
  readonly columns: readonly { readonly name: string; readonly code: Hash }[];
}

/**
 * Identity of some columns of a table. They count in the table's order, which `*` and positions follow.
 * @param columns in lower case; `null` for all of the table, known or not
 * @returns `null` where only the table as a whole has an identity
 */
export function identityOfColumns(
  parts: ContentParts | null,
  columns: readonly string[] | null,
): Hash | null {
  if (parts === null || columns === null) return null;
  const wanted = new Set(columns);
  const read = parts.columns.filter(({ name }) => wanted.has(name));
  return read.length === wanted.size ? hashOf({ rows: parts.rows, columns: read }) : null;
}
