import type { TaskId } from "../core/decide/blueprint.ts";
import {
  diskSteps,
  type Level,
  levelOf,
  memorySteps,
  type RunningAttempt,
  type Steps,
  slownessOf,
  slownessSteps,
} from "../core/run/pressure-level.ts";
import type { Signal } from "../core/signals/signal.ts";
import type { Standing } from "../core/signals/standing.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { Parts } from "./parts.ts";
import type { SignalFeed } from "./signal-feed.ts";

/** What is looked at, and who is told. */
export interface Watching {
  readonly parts: Pick<Parts, "capacity" | "clock" | "freeBytes" | "memoryInUse">;
  readonly feed: Pick<SignalFeed, "send">;
  readonly run: string;
  /** By task: what nearly all of its attempts took, where there were enough. */
  readonly usualMs: ReadonlyMap<TaskId, number>;
  /** Called once when something cannot be looked at or told, with the reason. */
  readonly fail: (error: unknown) => void;
}

const watched = ["memory", "disk", "warehouse"] as const;

type Watched = (typeof watched)[number];

interface Attempt {
  readonly tasks: readonly TaskId[];
  readonly startedAt: EpochMs;
  /** Of the process, when it started. */
  readonly memoryBefore: number;
  peakBytes: number;
}

const lookEveryMs = 1_000;

/** So much of the disk is kept free: for the catalog's log, and for what is under way to end. */
const diskReserveBytes = 64 * 1024 * 1024;

/**
 * Looks at what the machine has left while a run goes on, tells when it runs short and when that is
 * over, and notes what attempts take of the memory.
 */
export class ResourceWatch {
  readonly #with: Watching;
  readonly #levels = new Map<Watched, Level>();
  readonly #attempts = new Set<Attempt>();
  readonly #peaks = new Map<TaskId, number>();
  #told = 0;
  #clear: () => void = () => {};
  #hasStopped = false;
  #look: Promise<void>;

  constructor(watching: Watching) {
    this.#with = watching;
    this.#look = this.#lookOnce().catch(watching.fail);
  }

  /** By task: the most memory that its last attempt took, as far as it was seen. */
  get peaks(): ReadonlyMap<TaskId, number> {
    return this.#peaks;
  }

  /** Follows an attempt until it has ended. */
  async follow<T>(tasks: readonly TaskId[], work: () => Promise<T>): Promise<T> {
    const { parts } = this.#with;
    const startedAt = parts.clock.now();
    const attempt = { tasks, startedAt, memoryBefore: parts.memoryInUse(), peakBytes: 0 };
    this.#attempts.add(attempt);
    try {
      return await work();
    } finally {
      this.#notePeaks();
      this.#attempts.delete(attempt);
      for (const task of tasks) this.#peaks.set(task, attempt.peakBytes);
    }
  }

  /** Looks until the work has ended. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      await this.stop();
    }
  }

  /** Fulfilled when nothing more will be told. */
  async stop(): Promise<void> {
    this.#hasStopped = true;
    this.#clear();
    await this.#look;
  }

  async #lookOnce(): Promise<void> {
    const { parts, fail } = this.#with;
    this.#notePeaks();
    const free = await parts.freeBytes();
    const memoryLoad = parts.memoryInUse() / parts.capacity.memoryBytes;
    await this.#note("memory", memoryLoad, memorySteps);
    await this.#note("disk", diskReserveBytes / Math.max(1, free), diskSteps);
    await this.#note("warehouse", slownessOf(this.#running()), slownessSteps);
    if (this.#hasStopped) return;
    this.#clear = parts.clock.setTimer(lookEveryMs, () => {
      this.#look = this.#lookOnce().catch(fail);
    });
  }

  /** What grew while several attempts ran is shared among them. */
  #notePeaks(): void {
    const now = this.#with.parts.memoryInUse();
    const running = Math.max(1, this.#attempts.size);
    for (const attempt of this.#attempts) {
      const grown = Math.max(0, Math.round((now - attempt.memoryBefore) / running));
      attempt.peakBytes = Math.max(attempt.peakBytes, grown);
    }
  }

  #running(): readonly RunningAttempt[] {
    const now = this.#with.parts.clock.now();
    return [...this.#attempts].map(({ tasks, startedAt }) => {
      const known = tasks.flatMap((task) => this.#with.usualMs.get(task) ?? []);
      const p95Ms = known.reduce((sum, usualMs) => sum + usualMs, 0);
      return { elapsedMs: now - startedAt, p95Ms: known.length < tasks.length ? null : p95Ms };
    });
  }

  async #note(resource: Watched, load: number, steps: Steps): Promise<void> {
    const before = this.#levels.get(resource) ?? 0;
    const level = levelOf(load, steps, before);
    if (level === before) return;
    this.#levels.set(resource, level);
    const { feed, run, parts } = this.#with;
    this.#told += 1;
    const id = `${run}/pressure/${resource}/${this.#told}`;
    await feed.send(pressureSignal(id, resource, level, parts.clock.now()));
  }
}

function pressureSignal(id: string, subject: Watched, level: Level, at: EpochMs): Signal {
  return { id, source: "/sluice/run", type: "pressure", subject, at, data: { level } };
}

/**
 * What an earlier run told of pressure and had no time to take back. Who runs now measures anew.
 * @returns signals that end it
 */
export function endOfPressure({ pressure }: Standing, run: string, at: EpochMs): readonly Signal[] {
  return watched.flatMap((resource) => {
    const isMeasured = pressure.get(resource)?.signal.includes("/pressure/") === true;
    return isMeasured ? [pressureSignal(`${run}/pressure/${resource}/0`, resource, 0, at)] : [];
  });
}
