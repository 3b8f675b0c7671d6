import type { Json } from "../../core/std/json.ts";
import type { DiffEntry, DiffReport } from "../../engine/sluice-project.ts";
import { clip } from "../text/display-width.ts";
import { printable } from "../text/printable.ts";
import { formatCounted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";

const valueWidth = 60;

/** Differences for people: each task with its fields before and after, and the cause. */
export function renderDiff(report: DiffReport, style: Style): readonly string[] {
  const { added, removed, changed } = report;
  const { colors } = style;
  if (added.length + removed.length + changed.length === 0) return ["No difference."];
  return [
    `${colors.green("+")} added   ${colors.red("-")} removed   ${colors.yellow("~")} changed`,
    "",
    ...added.flatMap((entry) => entryLines(entry, colors.green("+"), style)),
    ...removed.flatMap((entry) => entryLines(entry, colors.red("-"), style)),
    ...changed.flatMap((entry) => entryLines(entry, colors.yellow("~"), style)),
    "",
    colors.bold(
      `${formatCounted(added.length, "task")} added, ${removed.length} removed, ${changed.length} changed`,
    ),
  ];
}

function entryLines(entry: DiffEntry, mark: string, style: Style): readonly string[] {
  return [
    `${mark} ${style.colors.bold(printable(entry.task))}`,
    ...entry.fields.map(
      ({ field, before, after }) =>
        `    ${printable(field)}: ${valueText(before)} -> ${valueText(after)}`,
    ),
    ...wrapUnder("    because ", printable(entry.cause), style.width),
  ];
}

function valueText(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return clip(printable(text), valueWidth);
}
