import type { RetryPolicy } from "../project/project.ts";

/** What tells one delay from another: the same three give the same delay on any machine. */
export interface RetryInstance {
  /** Of the run. */
  readonly seed: number;
  /** The task, or the first task of a batch. */
  readonly task: string;
  /** Attempts that have failed so far; at least 1. */
  readonly failures: number;
}

/**
 * How long to wait before the next attempt: the backoff doubles with each failure up to the
 * policy's maximum, and the jitter takes up to half of it off, so that tasks that failed
 * together do not come back together.
 * @returns whole milliseconds.
 */
export function retryDelayMs(policy: RetryPolicy, instance: RetryInstance): number {
  const doubled = policy.backoffMs * 2 ** (instance.failures - 1);
  const backoffMs = Math.min(doubled, policy.backoffMsMax);
  return Math.round(backoffMs * (1 - fractionOf(instance) / 2));
}

/** A number in [0, 1) drawn from the instance: FNV-1a, then the finalizer of MurmurHash3. */
function fractionOf({ seed, task, failures }: RetryInstance): number {
  let hash = 0x811c9dc5;
  for (const character of `${seed}:${failures}:${task}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
