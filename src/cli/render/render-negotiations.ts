import type { NegotiationStatus } from "../../core/routes/negotiation.ts";
import { shortHash } from "../../core/std/hash.ts";
import type { NegotiationReport } from "../../engine/drift-report.ts";
import { formatAgo, formatCount, formatInstant } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { renderTable } from "../text/table.ts";
import { negotiationPaint } from "./negotiation-words.ts";

/** A table of negotiations, and how to look at one that is open. */
export function renderNegotiations(
  negotiations: readonly NegotiationReport[],
  style: Style,
): readonly string[] {
  if (negotiations.length === 0) return ["Nothing is negotiated."];
  const { colors, width } = style;
  const open = negotiations.filter(({ status }) => status === "open");
  const [first] = open;
  return [
    ...renderTable(
      [
        { title: "ID" },
        { title: "STATUS" },
        { title: "SOURCE", shrinkTo: 12 },
        { title: "CHANGES", align: "right" },
        { title: "MODELS", shrinkTo: 12 },
        { title: "OPENED" },
        { title: "DEADLINE", shrinkTo: 8 },
        { title: "THEN" },
      ],
      negotiations.map((one) => [
        shortHash(one.id),
        { text: one.status, paint: negotiationPaint(one.status, colors) },
        one.source,
        String(one.changes.length),
        one.affected.map(({ model }) => model).join(", "),
        formatAgo(one.openedAt, style.now),
        one.deadline === null ? "none" : formatInstant(one.deadline),
        thenText(one.status, one),
      ]),
      { width, paintTitle: colors.dim },
    ),
    "",
    first === undefined
      ? "None of them is open."
      : `${formatCount(open.length)} ${open.length === 1 ? "is" : "are"} open: \`sluice negotiate show ${shortHash(first.id)}\` tells what can be done.`,
  ];
}

function thenText(status: NegotiationStatus, { deadline, otherwise }: NegotiationReport): string {
  if (status !== "open" || deadline === null) return "";
  return otherwise;
}
