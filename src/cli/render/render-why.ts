import type { Json } from "../../core/std/json.ts";
import type { WhyLink, WhyReport } from "../../engine/sluice-project.ts";
import { printable } from "../text/printable.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";
import { reasonWords } from "./reason-words.ts";

/** An explanation for people: the outcome, the tree of its reasons with their facts, and the flip. */
export function renderWhy(report: WhyReport, style: Style): readonly string[] {
  const { colors, width } = style;
  const state = report.state === "active" ? "runs" : "does not run";
  const flip = report.flip;
  return [
    `${colors.bold(printable(report.task))} ${state}: ${printable(reasonWords(report.reason))}`,
    ...report.chain.flatMap((link, index) =>
      branch(link, { prefix: "", isLast: index === report.chain.length - 1 }, style),
    ),
    ...(flip === undefined ? [] : ["", ...wrapUnder("It would run if ", printable(flip), width)]),
  ];
}

interface Place {
  readonly prefix: string;
  readonly isLast: boolean;
}

function branch(link: WhyLink, { prefix, isLast }: Place, style: Style): readonly string[] {
  const below = prefix + (isLast ? "   " : "│  ");
  const [first = "", ...others] = wrapUnder(
    `${prefix}${isLast ? "└─ " : "├─ "}`,
    printable(link.text),
    style.width,
  );
  const hasMore = link.because.length > 0;
  const inner = `${below}${hasMore ? "│  " : "   "}`;
  return [
    first,
    ...others.map((line) => below + line.slice(below.length)),
    ...evidenceLines(link.evidence).flatMap((line) =>
      wrapUnder(inner, line, style.width).map((wrapped, index) =>
        style.colors.dim(index === 0 ? wrapped : inner + wrapped.slice(inner.length)),
      ),
    ),
    ...link.because.flatMap((reason, index) =>
      branch(reason, { prefix: below, isLast: index === link.because.length - 1 }, style),
    ),
  ];
}

/** The values of a link, one fact a line; a single value by itself. */
function evidenceLines(evidence: Json | undefined): readonly string[] {
  if (evidence === undefined || evidence === null) return [];
  if (typeof evidence !== "object" || Array.isArray(evidence)) return [valueText(evidence)];
  return Object.entries(evidence)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => printable(`${name} = ${valueText(value ?? null)}`));
}

function valueText(value: Json): string {
  return printable(JSON.stringify(value));
}
