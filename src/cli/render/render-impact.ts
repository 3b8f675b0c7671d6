import type { ImpactedModel, ImpactReport } from "../../engine/lineage-report.ts";
import { printable } from "../text/printable.ts";
import { formatCounted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { renderTable } from "../text/table.ts";
import { wrapUnder } from "../text/wrap.ts";

/** The models that a change of a column can reach, the nearest first. */
export function renderImpact(report: ImpactReport, style: Style): readonly string[] {
  const { table, column, models } = report;
  const { colors, width } = style;
  const name = printable(column === null ? table : `${table}.${column}`);
  if (models.length === 0) return [`Nothing reads ${name}: a change of it reaches no model.`];
  const rows = models.map((one) => [
    String(one.distance),
    one.model,
    one.columns.map(({ name: made }) => made).join(", "),
    one.uses.join(", "),
    one.owner ?? "",
    { text: String(one.tier), ...(one.tier === 0 ? { paint: colors.red } : {}) },
  ]);
  const unresolved = models.filter((one) => one.unresolved.length > 0);
  return [
    `A change of ${colors.bold(name)} can reach ${formatCounted(models.length, "model")}:`,
    "",
    ...renderTable(
      [
        { title: "STEP", align: "right" },
        { title: "MODEL", shrinkTo: 12 },
        { title: "COLUMNS MADE OF IT", shrinkTo: 12 },
        { title: "ALSO USED FOR", shrinkTo: 12 },
        { title: "OWNER", shrinkTo: 8 },
        { title: "TIER", align: "right" },
      ],
      rows,
      { width, paintTitle: colors.dim },
    ),
    ...(unresolved.length === 0 ? [] : [""]),
    ...unresolved.flatMap((one) => unresolvedLines(one, style)),
  ];
}

function unresolvedLines(one: ImpactedModel, { width }: Style): readonly string[] {
  return one.unresolved.flatMap((reason) =>
    wrapUnder("? ", printable(`${one.model}: ${reason}`), width),
  );
}
