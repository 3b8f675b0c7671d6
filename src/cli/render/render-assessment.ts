import type { Assessment, Role, Stop, Term } from "../../core/compatibility/assessment.ts";
import { printable } from "../text/printable.ts";
import { formatCount } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";
import { changeWords } from "./change-words.ts";
import { evidenceWords, scoreText, verdictPaint, verdictWords } from "./route-words.ts";

const termsMax = 40;

const roles: Readonly<Record<Role, string>> = {
  identity: "handed on as it is",
  transformation: "made into something else",
  aggregation: "aggregated",
  join: "joined on",
  filter: "filtered by",
  not_in: "in NOT IN",
  group: "grouped by",
  distinct: "made distinct",
  having: "in HAVING",
  qualify: "in QUALIFY",
  window: "in a window",
  partition: "partitioned by",
  order: "ordered by",
  conditional: "in a condition",
  set: "by its place in a set operation",
  star: "by `*`",
  named: "named, and not used",
  opaque: "read, nobody knows for what",
};

/** What changes of schema would do to a model, term by term down to the column, the worst first. */
export function renderAssessment(assessment: Assessment, style: Style): readonly string[] {
  const { gate, score, evidence, terms, stops } = assessment;
  const { colors, width } = style;
  const sum = `${gate}, ${verdictWords(gate)} (score ${scoreText(score)}, known from ${evidenceWords(evidence)})`;
  const head = "On the new shape of its inputs: ";
  const [first = "", ...others] = wrapUnder("", head + sum, width);
  return [
    first.replace(gate, () => verdictPaint(gate, colors)(gate)),
    ...others,
    ...terms.slice(0, termsMax).flatMap((term) => termLines(term, style)),
    ...moreLine(terms.length),
    ...(stops.length === 0 ? [] : ["What ends here"]),
    ...stops.slice(0, termsMax).flatMap((stop) => stopLines(stop, style)),
    ...moreLine(stops.length),
  ];
}

function moreLine(count: number): readonly string[] {
  return count > termsMax
    ? [`  and ${formatCount(count - termsMax)} more: --json has them all`]
    : [];
}

function termLines(term: Term, { colors, width }: Style): readonly string[] {
  const paint = verdictPaint(term.verdict, colors);
  const place = printable(`${term.table}.${term.column}`);
  const figures = [
    `risk ${scoreText(term.risk)}`,
    `reaches ${Math.round(term.reach * 100)} % of its columns`,
    ...(term.confidence < 1 ? [`${Math.floor(term.confidence * 100)} % sure`] : []),
  ].join(", ");
  const [head = "", ...others] = wrapUnder(
    "  ",
    `${term.verdict} ${place}, ${roles[term.role]}`,
    width,
  );
  return [
    head.replace(term.verdict, () => paint(term.verdict)),
    ...others,
    ...wrapUnder("      ", changeWords(term.change), width),
    ...wrapUnder("      ", printable(term.because), width),
    ...wrapUnder("      ", figures, width).map((line) => colors.dim(line)),
  ];
}

function stopLines(stop: Stop, { width }: Style): readonly string[] {
  const place = printable(`${stop.table}.${stop.column}`);
  return [
    ...wrapUnder("  ", `${place}: ${changeWords(stop.change)}`, width),
    ...wrapUnder("      ", printable(stop.because), width),
  ];
}
