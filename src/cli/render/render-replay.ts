import type { ReplayReport } from "../../engine/sluice-project.ts";
import { printable } from "../text/printable.ts";
import type { Style } from "../text/style.ts";

/** Whether deciding again gave the same, with both hashes in full. */
export function renderReplay(report: ReplayReport, { colors }: Style): readonly string[] {
  const outcome = report.identical
    ? colors.green("identical: the same inputs gave the same blueprint, byte for byte")
    : colors.red("different: the same inputs gave another blueprint");
  return [
    `Run ${printable(report.run)}: ${outcome}`,
    `  recorded    ${report.blueprint}`,
    `  recomputed  ${report.recomputed}`,
    ...report.revisions.flatMap(({ revision, blueprint, recomputed }) => [
      `  revision ${revision}`,
      `  recorded    ${blueprint}`,
      `  recomputed  ${recomputed}`,
    ]),
  ];
}
