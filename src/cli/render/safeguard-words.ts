import type { Safeguards } from "../../core/decide/blueprint.ts";
import type { Check, Gate } from "../../core/project/check.ts";
import type { RetryPolicy } from "../../core/project/project.ts";
import { formatDurationMs } from "../../core/std/time.ts";
import { unreachable } from "../../core/std/unreachable.ts";
import { clip } from "../text/display-width.ts";
import { printable } from "../text/printable.ts";
import { formatCount, formatCounted } from "../text/quantity.ts";

/** As much of an expression as a line of a plan bears. */
const sqlWidth = 100;

/** A gate in words: what must hold, and what happens when it does not. */
export function gateWords(gate: Gate): string {
  return `gate ${printable(gate.name)}: ${checkWords(gate.check)}, else ${modeWords(gate)}`;
}

function modeWords(gate: Gate): string {
  if (gate.onFail === "fail") return "nothing is committed";
  return gate.onFail === "quarantine" ? "the failing rows go to quarantine" : "only a warning";
}

function checkWords(check: Check): string {
  switch (check.kind) {
    case "not_null":
      return `${printable(check.column)} is not null`;
    case "unique":
      return `${printable(check.columns.join(", "))} is unique`;
    case "accepted_values":
      return `${printable(check.column)} is one of ${printable(check.values.map(String).join(", "))}`;
    case "relationships":
      return printable(`${check.column} is in ${check.to}.${check.field}`);
    case "row_count":
      return rowCountWords(check.min, check.max);
    case "expression":
      return clip(printable(check.sql.replaceAll(/\s+/g, " ")), sqlWidth);
    default:
      return unreachable(check);
  }
}

function rowCountWords(min: number | null, max: number | null): string {
  if (min !== null && max !== null) return rangeWords(min, max);
  if (min !== null) return `at least ${formatCounted(min, "row")}`;
  return max === null ? "any number of rows" : `at most ${formatCounted(max, "row")}`;
}

function rangeWords(min: number, max: number): string {
  if (min === max) return `exactly ${formatCounted(min, "row")}`;
  return `${formatCount(min)} to ${formatCounted(max, "row")}`;
}

/** A retry policy in words. */
export function retryWords(retry: RetryPolicy): string {
  if (retry.attempts === 1) return "no retry";
  const backoff = `${formatDurationMs(retry.backoffMs)} to ${formatDurationMs(retry.backoffMsMax)}`;
  return `${retry.attempts} attempts (${backoff} apart)`;
}

/** Everything that protects a task, but for its gates, on one line. */
export function safeguardWords(safeguards: Safeguards): string {
  const { fallback } = safeguards;
  return [
    `pool ${printable(safeguards.pool)}`,
    ...(safeguards.priority === 0 ? [] : [`priority ${formatCount(safeguards.priority)}`]),
    `at most ${formatDurationMs(safeguards.timeoutMs)}`,
    retryWords(safeguards.retry),
    ...(fallback === null ? [] : [fallbackWords(fallback.maxAgeMs)]),
  ].join(", ");
}

/** The fallback to the last good data in words. */
export function fallbackWords(maxAgeMs: number | null): string {
  const age = maxAgeMs === null ? "" : ` not older than ${formatDurationMs(maxAgeMs)}`;
  return `falls back to the last good data${age}`;
}
