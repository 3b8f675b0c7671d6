import type { Blueprint, Dependency, Safeguards, Task } from "../../src/core/decide/blueprint.ts";
import type { BypassPolicy } from "../../src/core/project/project.ts";
import type { Failure, TaskResult } from "../../src/core/run/run-event.ts";

/** A task for a test of the run machine: what is left out has the plainest value. */
export interface TaskSketch {
  readonly id: string;
  readonly after?: readonly (string | readonly [string, BypassPolicy])[];
  readonly isBypassed?: boolean;
  readonly pool?: string;
  readonly priority?: number;
  /** All attempts, the first included. */
  readonly attempts?: number;
  readonly timeoutMs?: number;
  readonly circuit?: Safeguards["circuit"];
  readonly deadlineMs?: number;
  /** Its own id unless told. */
  readonly subject?: string;
  readonly tier?: number;
}

/** A blueprint with one segment for each subject, and these batches. */
export function runBlueprintOf(
  sketches: readonly TaskSketch[],
  batches: Readonly<Record<string, readonly string[]>> = {},
): Blueprint {
  const batchOf = new Map(
    Object.entries(batches).flatMap(([id, tasks]) => tasks.map((task) => [task, id] as const)),
  );
  const subjects = new Map<string, TaskSketch[]>();
  for (const sketch of sketches) {
    const subject = sketch.subject ?? sketch.id;
    subjects.set(subject, [...(subjects.get(subject) ?? []), sketch]);
  }
  return {
    id: "b".repeat(64),
    segments: new Map(
      [...subjects].map(([subject, members]) => [
        subject,
        {
          subject,
          kind: "source",
          id: "a".repeat(64),
          tasks: members.map((member) => taskOf(member, batchOf.get(member.id) ?? null)),
          tags: [],
          tier: Math.min(...members.map(({ tier = 2 }) => tier)),
          slaMs: null,
          route: null,
          degraded: null,
        },
      ]),
    ),
    batches: Object.entries(batches).map(([id, members]) => ({ id, tasks: members })),
  };
}

function taskOf(sketch: TaskSketch, batch: string | null): Task {
  const safeguards: Safeguards = {
    retry: { attempts: sketch.attempts ?? 1, backoffMs: 1_000, backoffMsMax: 60_000 },
    timeoutMs: sketch.timeoutMs ?? 3_600_000,
    pool: sketch.pool ?? "main",
    priority: sketch.priority ?? 0,
    gates: [],
    fallback: null,
    circuit: sketch.circuit ?? null,
    deadlineMs: sketch.deadlineMs ?? null,
    retain: null,
  };
  return {
    id: sketch.id,
    kind: "load",
    state: sketch.isBypassed === true ? "bypassed" : "active",
    bypass: sketch.isBypassed === true ? { reason: "up_to_date", by: null } : null,
    safeguards,
    fingerprint: null,
    after: (sketch.after ?? []).map(dependencyOf),
    batch,
    split: null,
  };
}

function dependencyOf(edge: string | readonly [string, BypassPolicy]): Dependency {
  return typeof edge === "string"
    ? { task: edge, onBypass: "skip" }
    : { task: edge[0], onBypass: edge[1] };
}

/** A result without anything to tell. */
export const plainResult: TaskResult = { rows: 1, isRepeat: false, detail: {} };

/** A failure that another attempt may mend. */
export const passingFailure: Failure = {
  code: "CONNECTION_FAILED",
  message: "The connection broke.",
  hint: null,
  isRetryable: true,
};

/** A failure that no other attempt will mend. */
export const lastingFailure: Failure = {
  code: "GATE_FAILED",
  message: "3 rows have no id.",
  hint: null,
  isRetryable: false,
};
