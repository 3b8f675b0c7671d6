import type { Json } from "../../core/std/json.ts";
import type { Rows } from "../../ports/warehouse.ts";
import { formatCount } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { type Cell, renderTable } from "../text/table.ts";

/** Rows of a table for people: numbers to the right, NULL told from text, columns cut to the terminal. */
export function renderRows(rows: Rows, style: Style): readonly string[] {
  const columns = rows.columns.map((title, index) => {
    const isNumeric = rows.rows.some((row) => typeof row[index] === "number");
    const align: "left" | "right" = isNumeric ? "right" : "left";
    return { title, align, shrinkTo: 6 };
  });
  const table = renderTable(
    columns,
    rows.rows.map((row) => row.map((value) => valueCell(value, style))),
    { width: style.width, paintTitle: style.colors.dim },
  );
  if (rows.rows.length === 0) return [...table, "(no rows)"];
  return rows.isTruncated ? [...table, "…"] : table;
}

function valueCell(value: Json, style: Style): Cell {
  if (value === null) return { text: "NULL", paint: style.colors.dim };
  if (typeof value === "string") return { text: value };
  if (typeof value === "number") return { text: numberText(value) };
  return { text: JSON.stringify(value) };
}

/** Whole numbers of five digits and more are grouped; years and codes are left as they are. */
function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) >= 10_000 ? formatCount(value) : String(value);
}
