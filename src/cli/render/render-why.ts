import { shortHash } from "../../core/std/hash.ts";
import type { Json, JsonObject } from "../../core/std/json.ts";
import type { WhyLink, WhyReport } from "../../engine/sluice-project.ts";
import { printable } from "../text/printable.ts";
import { formatInstant } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";
import { reasonWords } from "./reason-words.ts";
import { renderAssessment } from "./render-assessment.ts";

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
    ...(report.assessment === null ? [] : ["", ...renderAssessment(report.assessment, style)]),
    ...(flip === undefined ? [] : ["", ...wrapUnder("It ", flipText(flip), width)]),
  ];
}

function flipText(flip: string): string {
  const text = printable(flip).replace(/\.$/, "");
  return /^would /.test(text) ? `${text}.` : `would turn: ${text}.`;
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
  const evidence = evidenceText(link);
  const hasMore = link.because.length > 0;
  const inner = `${below}${hasMore ? "│  " : "   "}`;
  return [
    first,
    ...others.map((line) => below + line.slice(below.length)),
    ...(evidence === ""
      ? []
      : wrapUnder(inner, evidence, style.width).map((line) => style.colors.dim(line))),
    ...link.because.flatMap((reason, index) =>
      branch(reason, { prefix: below, isLast: index === link.because.length - 1 }, style),
    ),
  ];
}

/** The values that a link rests on, but for those that its words or the links below it tell. */
function evidenceText({ text, evidence, because }: WhyLink): string {
  if (evidence === undefined || evidence === null) return "";
  if (!isFields(evidence)) {
    const value = valueText(evidence);
    return text.includes(value) ? "" : value;
  }
  const below = new Set(because.map(({ about }) => about));
  return Object.entries(evidence)
    .filter(([name, value]) => value !== undefined && value !== null && !below.has(name))
    .map(([name, value]) => [name, fieldText(name, value ?? null)] as const)
    .filter(([, value]) => value.length < 4 || !text.includes(value))
    .map(([name, value]) => printable(`${name} = ${value}`))
    .join(", ");
}

function isFields(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Instants and hashes as people read them; any other value as JSON. */
function fieldText(name: string, value: Json): string {
  if (typeof value === "number" && /(^|[a-z_.])(at|At)$/.test(name)) return formatInstant(value);
  if (typeof value === "string" && /^[0-9a-f]{64}$/.test(value)) return shortHash(value);
  return valueText(value);
}

function valueText(value: Json): string {
  return printable(typeof value === "string" ? value : JSON.stringify(value));
}
