import type { AffectedModel } from "../../core/routes/negotiation.ts";
import { shortHash } from "../../core/std/hash.ts";
import type { NegotiationReport } from "../../engine/drift-report.ts";
import { printable } from "../text/printable.ts";
import { formatAgo, formatInstant } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { type Cell, renderTable } from "../text/table.ts";
import { wrapUnder } from "../text/wrap.ts";
import { changeLines } from "./change-lines.ts";
import {
  deadlineWords,
  meanwhileWords,
  negotiationPaint,
  responseWords,
} from "./negotiation-words.ts";
import { evidenceTag, routeWords, scoreText, verdictPaint } from "./route-words.ts";

/** A proposal for people: the exact change, who is affected and how, and what can be done. */
export function renderNegotiation(report: NegotiationReport, style: Style): readonly string[] {
  const { colors, width } = style;
  const { source, status } = report;
  const opened = `${formatInstant(report.openedAt)} (${formatAgo(report.openedAt, style.now)})`;
  const deadline = deadlineWords(report.deadline, report.otherwise, style.now);
  return [
    `${colors.bold(printable(source))} wants to change: ${negotiationPaint(status, colors)(status)}`,
    ...wrapUnder("  id        ", report.id, width),
    ...wrapUnder("  versions  ", `${shortHash(report.from)} to ${shortHash(report.to)}`, width),
    ...wrapUnder("  opened    ", `${opened}, by ${printable(report.by)}`, width),
    ...(status === "open" ? wrapUnder("  deadline  ", deadline, width) : []),
    ...(status === "open"
      ? wrapUnder("  till then ", meanwhileWords(report.meanwhile), width)
      : []),
    ...wrapUnder("  proposed  ", `each model ${routeWords(report.proposed)}`, width),
    "",
    "The change",
    ...changeLines(report.changes, "  ", style),
    "",
    "Affected",
    ...affectedLines(report.affected, style),
    ...section(
      "Answers",
      report.responses.map((response) => responseWords(response)),
      style,
    ),
    ...section("What can be done", report.options.map(printable), style),
  ];
}

/** What came of an answer, and what happens next. */
export function renderAnswer(report: NegotiationReport, style: Style): readonly string[] {
  const { colors, width } = style;
  const last = report.responses.at(-1);
  const answer = last === undefined ? "" : ` ${responseWords(last)}`;
  const id = shortHash(report.id);
  const status = negotiationPaint(report.status, colors)(report.status);
  const models = report.affected.map(({ model }) => printable(model)).join(", ");
  return [
    `${id} of ${colors.bold(printable(report.source))} is ${status}`,
    ...(answer === "" ? [] : wrapUnder("  ", answer.trim(), width)),
    ...wrapUnder(
      "",
      `\`sluice plan\` shows what that does to ${models}; \`sluice run\` does it.`,
      width,
    ),
  ];
}

function affectedLines(affected: readonly AffectedModel[], style: Style): readonly string[] {
  const { colors, width } = style;
  if (affected.length === 0) return ["  no model"];
  return renderTable(
    [
      { title: "MODEL", shrinkTo: 16 },
      { title: "OWNER", shrinkTo: 8 },
      { title: "TIER", align: "right" },
      { title: "GATE" },
      { title: "SCORE", align: "right" },
      { title: "KNOWN FROM", shrinkTo: 12 },
    ],
    affected.map((one) => affectedRow(one, style)),
    { width, indent: 2, paintTitle: colors.dim },
  );
}

function affectedRow(one: AffectedModel, { colors }: Style): readonly (Cell | string)[] {
  return [
    one.model,
    one.owner ?? "",
    String(one.tier),
    { text: one.gate, paint: verdictPaint(one.gate, colors) },
    scoreText(one.score),
    evidenceTag(one.evidence),
  ];
}

function section(title: string, texts: readonly string[], { width }: Style): readonly string[] {
  if (texts.length === 0) return [];
  return ["", title, ...texts.flatMap((text) => wrapUnder("  ", text, width))];
}
