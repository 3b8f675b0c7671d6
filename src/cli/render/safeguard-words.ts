import type { Safeguards } from "../../core/decide/blueprint.ts";
import { percentText } from "../../core/decide/share.ts";
import type { Circuit, Fallback, Retention } from "../../core/effects/safeguards.ts";
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
  switch (gate.onFail) {
    case "fail":
      return "nothing is committed";
    case "undo":
      return "it is undone to the version before";
    case "quarantine":
      return "the failing rows go to quarantine";
    case "warn":
      return "only a warning";
    default:
      return unreachable(gate.onFail);
  }
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
  const { fallback, circuit, deadlineMs, retain } = safeguards;
  return [
    `pool ${printable(safeguards.pool)}`,
    ...(safeguards.priority === 0 ? [] : [`priority ${formatCount(safeguards.priority)}`]),
    `at most ${formatDurationMs(safeguards.timeoutMs)}`,
    retryWords(safeguards.retry),
    ...(deadlineMs === null ? [] : [deadlineWords(deadlineMs)]),
    ...(circuit === null ? [] : [`${circuitWords(circuit)} on ${printable(circuit.name)}`]),
    ...(fallback === null ? [] : [fallbackWords(fallback)]),
    ...(retain === null ? [] : [retainWords(retain)]),
  ].join(", ");
}

/** A fallback in words. */
export function fallbackWords(fallback: Fallback): string {
  switch (fallback.use) {
    case "last_good": {
      const { maxAgeMs } = fallback;
      const age = maxAgeMs === null ? "" : ` not older than ${formatDurationMs(maxAgeMs)}`;
      return `falls back to the last good data${age}`;
    }
    case "partial":
      return `falls back to a part of at least ${percentText(fallback.minShare)}`;
    case "alternate":
      return `falls back to ${printable(fallback.source)}`;
    default:
      return unreachable(fallback);
  }
}

/** A circuit breaker in words, without its connection. */
export function circuitWords({ failures, coolDownMs, probes }: Omit<Circuit, "name">): string {
  const opens = formatCounted(failures, "failure");
  const wait = formatDurationMs(coolDownMs);
  return `opens a circuit after ${opens} (${wait}, ${formatCounted(probes, "probe")})`;
}

/** A deadline in words. */
export function deadlineWords(deadlineMs: number): string {
  return `given up ${formatDurationMs(deadlineMs)} after the run began`;
}

/** Kept versions in words. */
export function retainWords({ versions }: Retention): string {
  return `keeps ${formatCounted(versions, "earlier version")}`;
}
