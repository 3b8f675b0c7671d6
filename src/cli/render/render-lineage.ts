import type { ColumnUse, OutputColumn, QueryLineage } from "../../core/lineage/query-lineage.ts";
import type { TracedColumn, TraceStep } from "../../core/lineage/trace-columns.ts";
import type { LineageReport } from "../../engine/lineage-report.ts";
import { printable } from "../text/printable.ts";
import { formatCounted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { renderTable } from "../text/table.ts";
import { wrapUnder } from "../text/wrap.ts";

/** Where the columns of a table come from, what else its query uses, and the way up and down. */
export function renderLineage(report: LineageReport, style: Style): readonly string[] {
  const { table, column, model, upstream, downstream } = report;
  const name = column === null ? table : `${table}.${column}`;
  const kind = model === null ? "source" : `model ${printable(model)}`;
  return [
    `${style.colors.bold(printable(name))} ${style.colors.dim(`(${kind})`)}`,
    ...(model === null && report.columns.length === 0
      ? ["", "Its columns are not known yet."]
      : []),
    ...renderQueryLineage(report, style),
    ...way("Upstream", upstream, style),
    ...way("Downstream", downstream, style),
  ];
}

/** What one query does with the columns that it reads. */
export function renderQueryLineage(lineage: QueryLineage, style: Style): readonly string[] {
  const { colors, width } = style;
  const options = { width, paintTitle: colors.dim };
  const columns = lineage.columns.flatMap(columnRows);
  const uses = lineage.uses.map(({ table, column, context }) => [`${table}.${column}`, context]);
  const titles = [
    { title: "COLUMN", shrinkTo: 12 },
    { title: "FROM", shrinkTo: 16 },
    { title: "HOW" },
  ];
  return [
    ...(columns.length === 0 ? [] : ["", ...renderTable(titles, columns, options)]),
    ...(uses.length === 0
      ? []
      : [
          "",
          ...renderTable([{ title: "ALSO USES", shrinkTo: 16 }, { title: "FOR" }], uses, options),
        ]),
    ...unresolvedLines(lineage, style),
  ];
}

function columnRows({ name, from }: OutputColumn): readonly (readonly string[])[] {
  if (from.length === 0) return [[name, "", ""]];
  return from.map(({ table, column, how }, index) => [
    index === 0 ? name : "",
    `${table}.${column}`,
    how,
  ]);
}

function unresolvedLines(
  {
    unresolved,
    uses,
  }: { readonly unresolved: readonly string[]; readonly uses: readonly ColumnUse[] },
  { colors, width }: Style,
): readonly string[] {
  const isOpaque = uses.some(({ context }) => context === "opaque");
  const note = "Opaque: it is read, and not known for what. The worst is assumed.";
  return [
    ...(unresolved.length === 0 ? [] : [""]),
    ...unresolved.flatMap((reason) => wrapUnder("? ", printable(`Unresolved: ${reason}`), width)),
    ...(isOpaque ? ["", colors.dim(note)] : []),
  ];
}

function way(title: string, steps: readonly TraceStep[] | null, style: Style): readonly string[] {
  if (steps === null) return [];
  if (steps.length === 0) return ["", `${title}: nothing.`];
  const rows = steps.map(({ from, to, how, distance }) => [
    String(distance),
    placeText(from),
    how,
    placeText(to),
  ]);
  const { colors, width } = style;
  return [
    "",
    `${title}: ${formatCounted(steps.length, "step")}`,
    ...renderTable(
      [
        { title: "STEP", align: "right" },
        { title: "FROM", shrinkTo: 16 },
        { title: "HOW" },
        { title: "TO", shrinkTo: 16 },
      ],
      rows,
      { width, paintTitle: colors.dim },
    ),
  ];
}

function placeText({ table, column }: TracedColumn): string {
  return column === null ? `${table} (rows)` : `${table}.${column}`;
}
