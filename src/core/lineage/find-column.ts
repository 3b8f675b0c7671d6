/** A table that a name may mean. */
export interface NamedTable {
  /** How it may be written: `schema.name`, and its bare name. */
  readonly names: readonly string[];
  /** Its columns; empty when they are not known. */
  readonly columns: readonly string[];
}

/** What a name means, or what is wrong with it. */
export type FoundColumn<T extends NamedTable> =
  | { readonly kind: "table"; readonly table: T }
  | { readonly kind: "column"; readonly table: T; readonly column: string }
  /** The table is there, the column is not. */
  | { readonly kind: "no_column"; readonly table: T; readonly column: string }
  | { readonly kind: "nothing" };

/**
 * Finds the table or column that a text such as `raw.daily."Country/Region"` means. Names compare
 * without case and may be quoted; a column whose name has dots need not be. Of several meanings the
 * one with the longest table name counts, unless it has no such column.
 */
export function findColumn<T extends NamedTable>(
  text: string,
  tables: readonly T[],
): FoundColumn<T> {
  const wanted = unquoted(text);
  const lower = wanted.toLowerCase();
  const meanings = tables
    .flatMap((table) => table.names.map((name) => ({ table, name: name.toLowerCase() })))
    .filter(({ name }) => lower === name || lower.startsWith(`${name}.`))
    .sort((a, b) => b.name.length - a.name.length);
  let missing: FoundColumn<T> = { kind: "nothing" };
  for (const { table, name } of meanings) {
    if (lower === name) return { kind: "table", table };
    const column = wanted.slice(name.length + 1);
    const known = table.columns.find((one) => one.toLowerCase() === column.toLowerCase());
    if (known !== undefined) return { kind: "column", table, column: known };
    if (table.columns.length === 0) return { kind: "column", table, column };
    if (missing.kind === "nothing") missing = { kind: "no_column", table, column };
  }
  return missing;
}

/** The text without the quotes around its parts. */
function unquoted(text: string): string {
  return text
    .trim()
    .replaceAll(/(^|\.)"((?:[^"]|"")*)"(?=\.|$)/g, (_, dot: string, name: string) => {
      return dot + name.replaceAll('""', '"');
    });
}
