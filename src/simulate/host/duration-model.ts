import type { TaskKind } from "../../core/project/project.ts";
import type { RecordedAttempt } from "../../core/scenarios/simulation-request.ts";
import { Dice } from "../time/dice.ts";

/** How long a kind of task takes: a median, how far the times lie from it, and what each row adds. */
export interface Duration {
  readonly medianMs: number;
  /** Of the logarithm; 0 when it always takes the median. */
  readonly spread: number;
  readonly msPerThousandRows: number;
}

/** By kind of task, and where a task's own times are known, by task. */
export interface DurationModel {
  readonly kinds: Readonly<Record<TaskKind, Duration>>;
  readonly tasks: ReadonlyMap<string, Duration>;
}

/** Times as they are usual where nobody has measured. */
export const usualDurations: DurationModel = {
  kinds: {
    extract: { medianMs: 4_000, spread: 0.6, msPerThousandRows: 2 },
    load: { medianMs: 3_000, spread: 0.5, msPerThousandRows: 1 },
    verify: { medianMs: 400, spread: 0.3, msPerThousandRows: 0 },
    transform: { medianMs: 20_000, spread: 0.9, msPerThousandRows: 0 },
    check: { medianMs: 500, spread: 0.3, msPerThousandRows: 0 },
  },
  tasks: new Map(),
};

/** How long an attempt takes; the same instance always takes as long. */
export function durationOf(
  model: DurationModel,
  task: { readonly id: string; readonly kind: TaskKind; readonly rows: number },
  seed: number,
  instance: string,
): number {
  const { medianMs, spread, msPerThousandRows } =
    model.tasks.get(task.id) ?? model.kinds[task.kind];
  const rowsMs = (task.rows / 1_000) * msPerThousandRows;
  const isConstant = spread === 0;
  const durationMs = isConstant
    ? medianMs
    : new Dice(seed, task.id, instance).around(medianMs, spread);
  return Math.max(1, Math.round(durationMs + rowsMs));
}

/**
 * Fits times to what was recorded: the median, and a spread by which five in a hundred take longer
 * than the slowest twentieth did. Tasks with three times or more get their own.
 */
export function fitDurations(
  records: Iterable<RecordedAttempt>,
  otherwise: DurationModel = usualDurations,
): DurationModel {
  const byKind = new Map<TaskKind, number[]>();
  const byTask = new Map<string, number[]>();
  for (const { task, kind, durationMs } of records) {
    byKind.set(kind, [...(byKind.get(kind) ?? []), durationMs]);
    byTask.set(task, [...(byTask.get(task) ?? []), durationMs]);
  }
  const kinds = { ...otherwise.kinds };
  for (const [kind, times] of byKind) kinds[kind] = fitTimes(times);
  const own = [...byTask].filter(([, times]) => times.length >= 3);
  return { kinds, tasks: new Map(own.map(([task, times]) => [task, fitTimes(times)] as const)) };
}

/** The 95th percentile of a normal distribution lies so many deviations above the middle. */
const deviationsTo95 = 1.645;

function fitTimes(times: readonly number[]): Duration {
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 1;
  const medianMs = Math.max(1, at(0.5));
  const spread = Math.max(0, Math.log(Math.max(1, at(0.95)) / medianMs) / deviationsTo95);
  return { medianMs, spread, msPerThousandRows: 0 };
}
