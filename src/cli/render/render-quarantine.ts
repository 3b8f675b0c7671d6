import type { QuarantineSummary } from "../../ports/quarantine.ts";
import { printable } from "../text/printable.ts";
import { formatCount, formatCounted, formatInstant } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { renderTable } from "../text/table.ts";

/** Rows that were set aside, by source, column and reason. */
export function renderQuarantine(
  sources: readonly QuarantineSummary[],
  style: Style,
): readonly string[] {
  const [first] = sources;
  if (first === undefined) return ["No row is in quarantine."];
  const { colors, width } = style;
  const rows = sources.flatMap((source) =>
    source.reasons.map(({ column, reason, rows: count }, index) => [
      index === 0 ? source.source : "",
      { text: formatCount(count), paint: colors.yellow },
      column ?? "",
      reason,
      index === 0 ? formatInstant(source.firstAt) : "",
      index === 0 ? formatInstant(source.lastAt) : "",
    ]),
  );
  const total = sources.reduce((sum, source) => sum + source.rows, 0);
  const amount = `${formatCounted(total, "row")} of ${formatCounted(sources.length, "source")}`;
  return [
    ...renderTable(
      [
        { title: "SOURCE", shrinkTo: 12 },
        { title: "ROWS", align: "right" },
        { title: "COLUMN", shrinkTo: 8 },
        { title: "REASON", shrinkTo: 16 },
        { title: "FIRST" },
        { title: "LAST" },
      ],
      rows,
      { width, paintTitle: colors.dim },
    ),
    "",
    `${amount} in quarantine: \`sluice quarantine show ${printable(first.source)}\` shows them.`,
  ];
}
