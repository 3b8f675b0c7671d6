import { clip, displayWidth, pad } from "./display-width.ts";
import { printable } from "./printable.ts";

/** A cell: its text, and how to colour it once its width is known. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Columns that may be cut when the table is wider than the terminal, down to this many. */
  readonly shrinkTo?: number;
}

export interface TableOptions {
  readonly width: number;
  readonly indent?: number;
  /** How titles are coloured. */
  readonly paintTitle?: (text: string) => string;
}

const gap = 2;

/**
 * Lays out rows under titles, as wide as their content; in a narrower terminal, columns that may
 * shrink are cut, the widest first. Lines have no trailing spaces.
 */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly (Cell | string)[])[],
  options: TableOptions,
): readonly string[] {
  const cells = rows.map((row) => row.map(toCell));
  const widths = fitWidths(columns, naturalWidths(columns, cells), options);
  const title = columns.map((column) => titleCell(column, options.paintTitle));
  return [title, ...cells].map((row) => renderRow(row, columns, widths, options.indent ?? 0));
}

function toCell(cell: Cell | string): Cell {
  if (typeof cell === "string") return { text: printable(cell) };
  return { ...cell, text: printable(cell.text) };
}

function titleCell(column: TableColumn, paint: TableOptions["paintTitle"]): Cell {
  return paint === undefined ? { text: column.title } : { text: column.title, paint };
}

function naturalWidths(
  columns: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
): readonly number[] {
  const widths = columns.map((column) => displayWidth(column.title));
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell.text));
    }
  }
  return widths;
}

function fitWidths(
  columns: readonly TableColumn[],
  natural: readonly number[],
  options: TableOptions,
): readonly number[] {
  const widths = [...natural];
  let excess =
    widths.reduce((sum, width) => sum + width, 0) +
    gap * (columns.length - 1) +
    (options.indent ?? 0) -
    options.width;
  while (excess > 0) {
    const widest = widestShrinkable(columns, widths);
    if (widest === null) break;
    widths[widest.index] = widest.width - 1;
    excess -= 1;
  }
  return widths;
}

function widestShrinkable(
  columns: readonly TableColumn[],
  widths: readonly number[],
): { readonly index: number; readonly width: number } | null {
  let found: { readonly index: number; readonly width: number } | null = null;
  for (const [index, column] of columns.entries()) {
    const width = widths[index] ?? 0;
    if (column.shrinkTo === undefined || width <= column.shrinkTo) continue;
    if (found === null || width > found.width) found = { index, width };
  }
  return found;
}

function renderRow(
  row: readonly Cell[],
  columns: readonly TableColumn[],
  widths: readonly number[],
  indent: number,
): string {
  const filled = row.findLastIndex((cell) => cell.text !== "");
  const parts = row.slice(0, filled + 1).map((cell, index) => {
    const width = widths[index] ?? 0;
    const text = clip(cell.text, width);
    const align = columns[index]?.align ?? "left";
    const space = index === filled && align === "left" ? text : pad(text, width, align);
    const { paint } = cell;
    return paint === undefined || text === "" ? space : space.replace(text, () => paint(text));
  });
  return " ".repeat(indent) + parts.join(" ".repeat(gap));
}
