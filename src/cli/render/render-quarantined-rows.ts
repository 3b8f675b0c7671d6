import type { QuarantineRowsReport } from "../../engine/quarantine-report.ts";
import type { QuarantinedRow } from "../../ports/quarantine.ts";
import { printable } from "../text/printable.ts";
import { formatCount, formatCounted, formatInstant } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";
import { code } from "./change-words.ts";

/** Rows that were set aside, each with why and as it was read. */
export function renderQuarantinedRows(
  { source, rowsTotal, rows }: QuarantineRowsReport,
  style: Style,
): readonly string[] {
  const name = printable(source);
  if (rows.length === 0) return [`No row of ${name} is in quarantine.`];
  const shown = rows.length < rowsTotal ? `The newest ${formatCount(rows.length)} of ` : "";
  const release = `\`sluice quarantine release ${name}\` loads those that fit now.`;
  return [
    ...rows.flatMap((row) => [...rowLines(row, style), ""]),
    ...wrapUnder("", `${shown}${formatCounted(rowsTotal, "row")}; ${release}`, style.width),
  ];
}

function rowLines(row: QuarantinedRow, style: Style): readonly string[] {
  const { colors, width } = style;
  const column = row.column === null ? "" : `${code(row.column)}: `;
  const value = row.value === null ? "" : `, but is '${printable(row.value)}'`;
  const seen = `${formatInstant(row.at)}, run ${printable(row.run)}`;
  return [
    ...wrapUnder("", `${colors.yellow("!")} ${column}${printable(row.reason)}${value}`, width),
    ...wrapUnder("  ", printable(row.raw), width),
    ...wrapUnder("  ", seen, width).map((line) => colors.dim(line)),
  ];
}
