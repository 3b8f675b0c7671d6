import { alternateFault } from "../core/effects/alternate-fault.ts";
import type { SourceSpec } from "../core/project/project.ts";
import { consequenceOf } from "../errors/blame.ts";
import type { ErrorCode } from "../errors/catalogue.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { PlannedTask, TaskContext } from "./task-context.ts";

/** Failures that say that a source cannot be had; others are not mended by reading another one. */
const absences: ReadonlySet<ErrorCode> = new Set([
  "CONNECTION_FAILED",
  "CONNECTION_REFUSED",
  "SOURCE_CHANGED",
  "SOURCE_MISSING",
  "SOURCE_UNREADABLE",
]);

/**
 * The source that is extracted in the place of one whose extraction has failed for good: by a
 * failure that no retry mends, or in the last attempt.
 * @returns `null` where there is none, or another attempt comes first
 */
export function alternateAfter(
  error: unknown,
  { task, segment }: PlannedTask,
  context: TaskContext,
  signal: AbortSignal,
): { readonly from: SourceSpec; readonly because: string } | null {
  const { fallback, retry } = task.safeguards;
  if (fallback?.use !== "alternate" || signal.aborted) return null;
  if (!(error instanceof OperatingError) || !absences.has(error.code)) return null;
  if (consequenceOf(error.code).isRetryable && context.attempt < retry.attempts) return null;
  const source = context.sources.get(segment.subject);
  const from = context.sources.get(fallback.source);
  if (source === undefined || from === undefined) return null;
  if (alternateFault(source, from) !== null) return null;
  const because = `${source.name} could not be extracted (${error.code}), and is loaded from ${from.name}`;
  return { from, because };
}
