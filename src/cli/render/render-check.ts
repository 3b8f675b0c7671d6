import type { CheckReport } from "../../engine/sluice-project.ts";
import { formatCounted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { renderProblems } from "./render-problems.ts";

/** All problems of a project, then what was read and whether it may run. */
export function renderCheck(report: CheckReport, style: Style): readonly string[] {
  const { colors } = style;
  const { connections, sources, models, rules } = report.counts;
  const errors = report.problems.filter(({ severity }) => severity === "error").length;
  const warnings = report.problems.length - errors;
  const found = [
    ...(errors === 0 ? [] : [colors.red(formatCounted(errors, "error"))]),
    ...(warnings === 0 ? [] : [colors.yellow(formatCounted(warnings, "warning"))]),
  ];
  return [
    ...renderProblems(report.problems, report.texts, style),
    `Read ${[
      formatCounted(connections, "connection"),
      formatCounted(sources, "source"),
      formatCounted(models, "model"),
      formatCounted(rules, "rule"),
    ].join(", ")}: ${found.length === 0 ? colors.green("no problems") : found.join(", ")}.`,
  ];
}
