import type { Trace } from "../../core/conditions/condition.ts";
import type { Json } from "../../core/std/json.ts";
import { formatDurationMs } from "../../core/std/time.ts";
import { clip } from "../text/display-width.ts";
import { printable } from "../text/printable.ts";
import { formatBytes, formatCount } from "../text/quantity.ts";

const wordsWidth = 120;

/**
 * What made a condition true, short enough to stand behind a rule's name: its text with the values
 * of its facts, without the branches that did not matter.
 *
 * `source.volume.rows > params.large && source.kind == "file"`
 * becomes `rows 3,000,000 > 2,000,000 and kind == "file"`.
 */
export function traceWords(trace: Trace): string {
  return clip(branchWords(trace), wordsWidth);
}

function branchWords(trace: Trace): string {
  const logic = logicOf(trace);
  if (logic === "||") {
    const branch = trace.children.find((child) => isKnown(child.value, true));
    if (branch !== undefined) return branchWords(branch);
  }
  if (logic === "&&") return trace.children.map(branchWords).join(" and ");
  return printable(stripParentheses(comparisonWords(trace)));
}

function isKnown(value: Trace["value"], expected: boolean): boolean {
  return "known" in value && value.known === expected;
}

/** The operator that joins both children, when they are all there is. */
function logicOf({ text, children }: Trace): "&&" | "||" | null {
  const [left, right] = children;
  if (left === undefined || right === undefined || children.length !== 2) return null;
  const from = text.indexOf(left.text) + left.text.length;
  const between = text.slice(from, text.indexOf(right.text, from));
  const operator = between.replaceAll(/[()\s]/g, "");
  return operator === "&&" || operator === "||" ? operator : null;
}

type Unit = "seconds" | "bytes" | "none";

function comparisonWords(trace: Trace): string {
  if (trace.children.length === 0) return leafWords(trace, true, "none");
  const unit =
    leavesOf(trace)
      .map(unitOf)
      .find((found) => found !== "none") ?? "none";
  // Equality that holds says its value already.
  const isTold = /^[^!]*[^!<>=]==[^=]/.test(trace.text) && leavesOf(trace).length === 1;
  return withUnit(substitute(trace, isTold, unit), unit)
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** The text of a sub-expression with each fact written by its short name and its value. */
function substitute(trace: Trace, isTold: boolean, unit: Unit): string {
  let written = "";
  let from = 0;
  for (const child of trace.children) {
    const at = trace.text.indexOf(child.text, from);
    if (at < 0) return trace.text;
    written += grouped(trace.text.slice(from, at), unit);
    written +=
      child.children.length === 0
        ? leafWords(child, isTold, unit)
        : substitute(child, isTold, unit);
    from = at + child.text.length;
  }
  return written + grouped(trace.text.slice(from), unit);
}

/** Literal text between facts, with its large numbers made readable. */
function grouped(text: string, unit: Unit): string {
  if (unit !== "none") return text;
  return text.replaceAll(/(?<![\w."'])\d{4,}(?![\w"'])/g, (digits) => formatCount(Number(digits)));
}

function leafWords(leaf: Trace, isNameOnly: boolean, unit: Unit): string {
  const name = shortName(leaf.text);
  if (!("known" in leaf.value)) return name;
  const value = valueWords(leaf.value.known, unit);
  if (leaf.text.startsWith("params.")) return value;
  return isNameOnly || typeof leaf.value.known === "boolean" ? name : `${name} ${value}`;
}

function shortName(path: string): string {
  return path.replace(/^(source|model|params)\./, "").replace(/^(volume|freshness)\./, "");
}

function leavesOf(trace: Trace): readonly Trace[] {
  return trace.children.length === 0 ? [trace] : trace.children.flatMap(leavesOf);
}

function unitOf(leaf: Trace): Unit {
  if (/\.(lag|expected|age|declared|observed)$/.test(leaf.text)) return "seconds";
  return /\.(bytes|memory)$/.test(leaf.text) ? "bytes" : "none";
}

function valueWords(value: Json, unit: Unit): string {
  if (typeof value === "number") return inUnit(value, unit);
  return typeof value === "string" ? JSON.stringify(value) : (JSON.stringify(value) ?? "");
}

function inUnit(value: number, unit: Unit): string {
  if (unit === "seconds") return formatDurationMs(value * 1_000);
  return unit === "bytes" ? formatBytes(value) : formatCount(value);
}

/** A literal that a fact with a unit is compared with is in that unit too. */
function withUnit(text: string, unit: Unit): string {
  if (unit === "none") return text;
  return text.replace(/([<>]=?|[!=]=)(\s*)(\d+(?:\.\d+)?)$/, (_, operator, space, digits) =>
    [operator, space, inUnit(Number(digits), unit)].join(""),
  );
}

function stripParentheses(text: string): string {
  return /^\([^()]*\)$/.test(text) ? text.slice(1, -1) : text;
}
