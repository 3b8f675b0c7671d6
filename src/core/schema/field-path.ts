/**
 * A path to a nested field as text: names joined by `.`, each with its brackets: `items[].sku`,
 * `attributes{value}.unit`, `"a.b".c`. It starts with the column.
 */

/** The path of a column itself. */
export function columnPath(column: string): string {
  return quoted(column);
}

/** The path of a field of the struct at `path`. */
export function fieldPath(path: string, field: string): string {
  return `${path}.${quoted(field)}`;
}

/** The path of the items of the list at `path`. */
export function itemPath(path: string): string {
  return `${path}[]`;
}

/** The path of the keys, or the values, of the map at `path`. */
export function entryPath(path: string, part: "key" | "value"): string {
  return `${path}{${part}}`;
}

/** The path that holds the last field of `path`, and that field's name without quotes. */
export function splitFieldPath(path: string): { readonly parent: string; readonly field: string } {
  const last = /\.(?:"(?<quoted>(?:[^"]|"")*)"|(?<plain>[^."[\]{}]*))$/u.exec(path);
  if (last === null) return { parent: path, field: "" };
  const { quoted: inQuotes, plain } = last.groups ?? {};
  return {
    parent: path.slice(0, last.index),
    field: inQuotes?.replaceAll('""', '"') ?? plain ?? "",
  };
}

function quoted(name: string): string {
  return /^[\p{L}\p{N}_ $/-]+$/u.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
