import { shortHash } from "../../core/std/hash.ts";
import type { DriftReport, RoutedModel } from "../../engine/drift-report.ts";
import { printable } from "../text/printable.ts";
import { formatAgo, formatCounted, formatInstant } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";
import { changeLines } from "./change-lines.ts";
import { routeMark, routeWords, scoreText, verdictPaint, verdictWords } from "./route-words.ts";

/**
 * How the schemas of sources changed: one timeline for each source, the oldest change first, with
 * the way of each model that a change reached.
 * @param source the one that was asked about, or `null` for all
 */
export function renderDrifts(
  drifts: readonly DriftReport[],
  source: string | null,
  style: Style,
): readonly string[] {
  if (drifts.length === 0) {
    return [
      `No change of schema has been seen${source === null ? "" : ` of ${printable(source)}`}.`,
    ];
  }
  const names = [...new Set(drifts.map((drift) => drift.source))];
  const timelines = names.map((name) =>
    timeline(
      name,
      drifts.filter((drift) => drift.source === name),
      style,
    ),
  );
  return [...timelines.flatMap((lines) => [...lines, ""]), summary(drifts, names, style)];
}

function timeline(source: string, drifts: readonly DriftReport[], style: Style): readonly string[] {
  return [
    style.colors.bold(printable(source)),
    ...drifts.flatMap((drift) => ["", ...step(drift, style)]),
  ];
}

function step(drift: DriftReport, style: Style): readonly string[] {
  const { colors, width } = style;
  const origin = drift.origin === "" ? "" : `, from ${printable(drift.origin)}`;
  const run = drift.run === null ? ", not run yet" : `, run ${printable(drift.run)}`;
  const when = `${formatInstant(drift.at)} (${formatAgo(drift.at, style.now)})`;
  const versions = `version ${shortHash(drift.from)} became ${shortHash(drift.to)}`;
  return [
    ...wrapUnder("  ", `${when}${origin}${run}`, width),
    ...wrapUnder("    ", versions, width).map((line) => colors.dim(line)),
    ...changeLines(drift.changes, "    ", style),
    ...(drift.routes.length === 0
      ? ["    No model reads what changed."]
      : drift.routes.flatMap((routed) => routeLines(routed, style))),
  ];
}

function routeLines(routed: RoutedModel, style: Style): readonly string[] {
  const { colors, width } = style;
  const { subject, route, rule, gate, score, touched } = routed;
  const by = rule === null ? ", as no rule speaks of it" : `, by ${printable(rule)}`;
  const name = printable(subject);
  const text = `${name} ${routeWords(route)}${by}: ${gate}, score ${scoreText(score)}`;
  const [head = "", ...others] = wrapUnder("      ", text, width);
  const shown = head.slice(6).replace(name, () => colors.bold(name));
  const told = `${verdictWords(gate)}.`;
  return [
    `    ${routeMark(route, colors)} ${shown}`,
    ...others,
    ...wrapUnder("        ", told, width).map((line) => verdictPaint(gate, colors)(line)),
    ...touched.flatMap((words) => wrapUnder("        ", printable(words), width)),
  ];
}

function summary(
  drifts: readonly DriftReport[],
  names: readonly string[],
  { colors }: Style,
): string {
  const changes = drifts.reduce((sum, drift) => sum + drift.changes.length, 0);
  const steps = formatCounted(drifts.length, "change of schema", "changes of schema");
  const details = formatCounted(changes, "difference");
  return colors.bold(`${steps} with ${details} in ${formatCounted(names.length, "source")}`);
}
