import type { DoctorReport } from "../../engine/sluice-project.ts";
import { pad } from "../text/display-width.ts";
import { printable } from "../text/printable.ts";
import { formatCounted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";

/** Findings for people, each that is not well with what to do about it. */
export function renderDoctor({ findings }: DoctorReport, style: Style): readonly string[] {
  const { colors, width } = style;
  const paint = { ok: colors.green, warning: colors.yellow, failed: colors.red };
  const lines = findings.flatMap(({ subject, state, detail, fix }) => {
    const text = `${printable(subject)}: ${printable(detail)}`;
    const head = pad(state, 9);
    const body = wrapUnder(head, text, width).map((line, index) =>
      index === 0 ? paint[state](head) + line.slice(head.length) : line,
    );
    return fix === undefined
      ? body
      : [...body, ...wrapUnder(`${" ".repeat(head.length)}fix: `, printable(fix), width)];
  });
  const count = (state: "warning" | "failed") =>
    findings.filter((finding) => finding.state === state).length;
  const failed = count("failed");
  const warnings = count("warning");
  if (failed + warnings === 0) return [...lines, "", colors.bold("All is well.")];
  const summary = `${formatCounted(failed, "failure")}, ${formatCounted(warnings, "warning")}`;
  return [...lines, "", colors.bold(summary)];
}
