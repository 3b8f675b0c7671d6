import type { TableShape } from "../../core/lineage/query-lineage.ts";
import { tableText } from "../../core/schema/table-schema.ts";
import { compareText } from "../../core/std/compare.ts";
import type { ScannedColumn } from "../../ports/sql-analyzer.ts";
import { databaseName } from "./quote-duckdb.ts";
import { isObject } from "./select-tree.ts";

/**
 * Reads off a plan, as `EXPLAIN (FORMAT json)` gives it, which columns of the tables its scans read.
 * A scan of what cannot be told apart counts as all columns of its table.
 * @returns each column once, in the order of table and column, named as its shape names it.
 */
export function scanColumns(plan: string, tables: readonly TableShape[]): readonly ScannedColumn[] {
  const shapes = new Map(
    tables.map((shape) => [nameKey([shape.table.schema, shape.table.name]), shape]),
  );
  const found = new Map<string, ScannedColumn>();
  for (const { table, projections } of scansOf(JSON.parse(plan))) {
    const shape = shapes.get(nameKey(table));
    if (shape === undefined) continue;
    const text = tableText(shape.table);
    for (const column of columnsRead(shape, projections)) {
      found.set(JSON.stringify([text, column]), { table: text, column });
    }
  }
  return [...found.values()].sort(
    (a, b) => compareText(a.table, b.table) || compareText(a.column, b.column),
  );
}

interface Scan {
  /** Schema and name. */
  readonly table: readonly string[];
  readonly projections: readonly string[];
}

function scansOf(plan: unknown): readonly Scan[] {
  const scans: Scan[] = [];
  const open: unknown[] = [plan];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (Array.isArray(node)) open.push(...node);
    if (!isObject(node)) continue;
    open.push(node["children"]);
    const info = node["extra_info"];
    if (!isObject(info) || info["Table"] === undefined) continue;
    const parts = splitName(linesOf(info["Table"]).join("\n"));
    const isOwn = parts.length === 3 && parts[0]?.toLowerCase() === databaseName;
    scans.push({
      table: isOwn ? parts.slice(1) : parts,
      projections: linesOf(info["Projections"]),
    });
  }
  return scans;
}

function linesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return value === undefined || value === "" ? [] : [String(value)];
}

function columnsRead({ columns }: TableShape, projections: readonly string[]): readonly string[] {
  const names = columns.map(({ name }) => name);
  const read = new Set<string>();
  for (const projection of projections) {
    const text = projection.toLowerCase();
    // A field of a struct is read as `column.field`; a column may have a dot in its name too.
    const meant = names.filter((name) => {
      const known = name.toLowerCase();
      return text === known || text.startsWith(`${known}.`);
    });
    if (meant.length === 0 && text !== "rowid") return names;
    for (const name of meant) read.add(name);
  }
  return [...read];
}

/** The parts of a qualified name in which some may be quoted. */
function splitName(text: string): readonly string[] {
  const parts = text.match(/"(?:[^"]|"")*"|[^".]+/g) ?? [];
  return parts.map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
}

function nameKey(parts: readonly string[]): string {
  return JSON.stringify(parts.map((part) => part.toLowerCase()));
}
