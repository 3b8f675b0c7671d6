import type { DrillReport, DrillResult } from "../../engine/drill-report.ts";
import { pad } from "../text/display-width.ts";
import { printable } from "../text/printable.ts";
import { formatCounted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";

/** Drills for people: each with what did not hold, and what was seen instead. */
export function renderDrill(report: DrillReport, style: Style): readonly string[] {
  const lines = report.drills.flatMap((drill) => drillLines(drill, style));
  const count = (state: DrillResult["state"]) =>
    report.drills.filter((drill) => drill.state === state).length;
  const kills = report.drills.reduce((sum, drill) => sum + drill.kills, 0);
  const parts = [
    `${count("passed")} passed`,
    ...(count("failed") > 0 ? [`${count("failed")} failed`] : []),
    ...(count("skipped") > 0 ? [`${count("skipped")} skipped`] : []),
    `${formatCounted(kills, "process", "processes")} killed`,
  ];
  const { bold, green, red } = style.colors;
  const head = report.passed ? green("All that was tried held.") : red("Something did not hold.");
  return [...lines, "", bold(head), `${parts.join(", ")}; seed ${report.seed}`];
}

function drillLines(drill: DrillResult, style: Style): readonly string[] {
  const { colors, width } = style;
  const paint = { passed: colors.green, failed: colors.red, skipped: colors.yellow };
  const head = pad(drill.state, 9);
  const scenario = drill.scenario === null ? "" : `${printable(drill.scenario)}: `;
  const held = drill.invariants.filter(({ holds }) => holds).length;
  const counts =
    drill.invariants.length === 0 ? "" : `, ${held} of ${drill.invariants.length} hold`;
  const text = `${scenario}${printable(drill.fault)} (${drill.seconds} s${counts})`;
  const body = wrapUnder(head, text, width).map((line, index) =>
    index === 0 ? paint[drill.state](head) + line.slice(head.length) : line,
  );
  const under = " ".repeat(head.length);
  const broken = drill.invariants.filter(({ holds }) => !holds);
  return [
    ...body,
    ...(drill.because === null ? [] : wrapUnder(under, printable(drill.because), width)),
    ...broken.flatMap(({ name, detail }) =>
      wrapUnder(under, `${name.replaceAll("_", " ")}: ${printable(detail ?? "")}`, width),
    ),
  ];
}
