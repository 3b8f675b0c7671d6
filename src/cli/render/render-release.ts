import type { ReleaseReport } from "../../engine/quarantine-report.ts";
import { printable } from "../text/printable.ts";
import { formatCounted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";
import { code } from "./change-words.ts";

/** What was let back in, what stays, and why. */
export function renderRelease(report: ReleaseReport, style: Style): readonly string[] {
  const { colors, width } = style;
  const { source, rowsReleased, rowsKept, kept } = report;
  const name = printable(source);
  if (rowsReleased + rowsKept === 0) return [`No row of ${name} is in quarantine.`];
  const sign = rowsReleased > 0 ? colors.green("+") : colors.yellow("!");
  return [
    `${sign} ${formatCounted(rowsReleased, "row")} of ${colors.bold(name)} released`,
    ...(rowsKept === 0
      ? []
      : [`${colors.yellow("!")} ${formatCounted(rowsKept, "row")} still in quarantine:`]),
    ...kept.flatMap(({ column, reason, rows }) => {
      const subject = column === null ? "" : `${code(column)}: `;
      return wrapUnder(
        "    ",
        `${formatCounted(rows, "row")}: ${subject}${printable(reason)}`,
        width,
      );
    }),
    ...(rowsReleased === 0 ? [] : ["The next run builds what reads them: `sluice run`."]),
  ];
}
