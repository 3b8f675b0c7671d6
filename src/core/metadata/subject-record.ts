import type { Hash } from "../std/hash.ts";
import type { EpochMs } from "../std/time.ts";
import type { Quality, Reliability } from "./profile.ts";

/** What makes a subject's table less than it should be. */
export interface Degradation {
  /** When it began. */
  readonly since: EpochMs;
  /** The fallback that was used, in words. */
  readonly because: string;
}

/** What one attempt that succeeded took. */
export interface TaskUse {
  readonly durationMs: number;
  /** `null` where it was not counted. */
  readonly rows: number | null;
  /** At its peak; `null` where it was not measured. */
  readonly memoryBytes: number | null;
}

/**
 * What past cycles noticed of one source or model: the raw material of cadence, trend,
 * reliability and quality. Bounded, and folded anew into the next profile.
 */
export interface SubjectRecord {
  readonly subject: string;
  /** Distinct contents seen, oldest first: when each was first seen or, better, made. */
  readonly changes: readonly { readonly at: EpochMs; readonly fingerprint: Hash }[];
  /** Committed loads or builds, oldest first; those of a fallback are no measure and not here. */
  readonly outputs: readonly { readonly at: EpochMs; readonly rows: number }[];
  /** Whether each recent attempt succeeded, oldest first. */
  readonly attempts: readonly boolean[];
  /** The fingerprint of the last successful `verify` or `check`. */
  readonly verified: Hash | null;
  /** What the last load or build found; `null` before the first. */
  readonly enforced: { readonly failed: number; readonly quarantinedRows: number } | null;
  /** Failing conditions of the last `verify` or `check`. */
  readonly watchedFailures: number | null;
  /** Present while its table holds a result of a fallback. */
  readonly degraded: Degradation | null;
  /** By kind of task: what its attempts took, oldest first. */
  readonly uses: Readonly<Record<string, readonly TaskUse[]>>;
}

/** How much of the past is kept: enough for a median and a rate, little enough for every profile. */
export const recordLimits = { changes: 24, outputs: 12, attempts: 40, uses: 12 } as const;

/** A subject that nothing is known of yet. */
export function emptyRecord(subject: string): SubjectRecord {
  return {
    subject,
    changes: [],
    outputs: [],
    attempts: [],
    verified: null,
    enforced: null,
    watchedFailures: null,
    degraded: null,
    uses: {},
  };
}

/** Notes a content that differs from the last one seen; the same content again changes nothing. */
export function withChange(record: SubjectRecord, at: EpochMs, fingerprint: Hash): SubjectRecord {
  const last = record.changes.at(-1);
  if (last?.fingerprint === fingerprint) return record;
  const changes = [...record.changes, { at: Math.max(at, last?.at ?? at), fingerprint }];
  return { ...record, changes: changes.slice(-recordLimits.changes) };
}

/** Notes a committed load or build. */
export function withOutput(record: SubjectRecord, at: EpochMs, rows: number): SubjectRecord {
  return { ...record, outputs: [...record.outputs, { at, rows }].slice(-recordLimits.outputs) };
}

/** Notes how one attempt ended. */
export function withAttempt(record: SubjectRecord, isSuccess: boolean): SubjectRecord {
  return { ...record, attempts: [...record.attempts, isSuccess].slice(-recordLimits.attempts) };
}

/** Notes what an attempt of one kind of task took. */
export function withUse(record: SubjectRecord, kind: string, use: TaskUse): SubjectRecord {
  const uses = [...(record.uses[kind] ?? []), use].slice(-recordLimits.uses);
  return { ...record, uses: { ...record.uses, [kind]: uses } };
}

/** The median interval between changes, which one late delivery does not move; `null` before the third change. */
export function observedCadenceMs(record: SubjectRecord): number | null {
  const times = record.changes.map((change) => change.at);
  const intervals = times.slice(1).map((at, index) => at - (times[index] ?? at));
  if (intervals.length < 2) return null;
  const sorted = intervals.toSorted((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? upper;
  return Math.round((lower + upper) / 2);
}

/** Rows now over the mean of the last loads; `null` without a past, or when the past held nothing. */
export function volumeTrend(record: SubjectRecord, rows: number | null): number | null {
  if (rows === null || record.outputs.length === 0) return null;
  const total = record.outputs.reduce((sum, output) => sum + output.rows, 0);
  return total === 0 ? null : (rows * record.outputs.length) / total;
}

/** Rows of the last good loads. */
export interface UsualRows {
  readonly mean: number;
  readonly least: number;
}

/** How many rows a load usually has; `null` before the first good one. */
export function usualRows({ outputs }: Pick<SubjectRecord, "outputs">): UsualRows | null {
  if (outputs.length === 0) return null;
  const rows = outputs.map((output) => output.rows);
  return { mean: rows.reduce((sum, one) => sum + one, 0) / rows.length, least: Math.min(...rows) };
}

/** How attempts went lately. */
export function reliabilityOf(record: SubjectRecord): Reliability {
  const attempts = record.attempts.length;
  const failures = record.attempts.filter((isSuccess) => !isSuccess).length;
  return {
    attempts,
    failureRate: attempts === 0 ? null : failures / attempts,
    consecutiveFailures: attempts - 1 - record.attempts.lastIndexOf(true),
  };
}

/** What the last measurements said; `null` before the first. */
export function qualityOf(record: SubjectRecord): Quality | null {
  const { enforced, watchedFailures } = record;
  if (enforced === null && watchedFailures === null) return null;
  return {
    failedChecks: (enforced?.failed ?? 0) + (watchedFailures ?? 0),
    quarantinedRows: enforced?.quarantinedRows ?? null,
  };
}
