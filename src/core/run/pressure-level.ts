/** How short something runs: 0 not at all, 3 most. */
export type Level = 0 | 1 | 2 | 3;

/** From which load on each level holds. */
export type Steps = readonly [number, number, number];

/** Of the memory that this process may use. */
export const memorySteps: Steps = [0.85, 0.92, 0.97];

/** Of the reserve over what is free: at twice the reserve, at the reserve, at half of it. */
export const diskSteps: Steps = [0.5, 1, 2];

/** Of attempts that take far longer than they should. It takes off load, and leaves nothing out. */
export const slownessSteps: Steps = [0.5, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];

/** A level is left when the load is this much of what it is entered at, so that none comes and goes. */
const leavingShare = 0.9;

/** The level of a load, given the one before. Rising is seen at once; falling waits a little. */
export function levelOf(load: number, steps: Steps, before: Level): Level {
  const entered = highest(load, steps);
  return entered >= before
    ? entered
    : maxLevel(entered, minLevel(before, highest(load / leavingShare, steps)));
}

function highest(load: number, [first, second, third]: Steps): Level {
  if (load >= third) return 3;
  if (load >= second) return 2;
  return load >= first ? 1 : 0;
}

function minLevel(one: Level, other: Level): Level {
  return one < other ? one : other;
}

function maxLevel(one: Level, other: Level): Level {
  return one > other ? one : other;
}

/** An attempt under way, and how long it should take. */
export interface RunningAttempt {
  readonly elapsedMs: number;
  /** `null` where it was never seen before. */
  readonly p95Ms: number | null;
}

/** Longer than that times what nearly all of its attempts took is far longer. */
const slowFactor = 2;
/** Below that a slow attempt is no sign of anything. */
const slowMsMin = 10_000;

/** How many of the attempts under way take far longer than they should; 0 for fewer than two. */
export function slownessOf(attempts: readonly RunningAttempt[]): number {
  const known = attempts.filter(({ p95Ms }) => p95Ms !== null);
  if (known.length < 2) return 0;
  const slow = known.filter(
    ({ elapsedMs, p95Ms }) => elapsedMs > Math.max(slowMsMin, (p95Ms ?? 0) * slowFactor),
  );
  return slow.length / known.length;
}
