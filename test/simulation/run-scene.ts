import fc from "fast-check";
import type { BypassPolicy } from "../../src/core/project/project.ts";
import type { Resources } from "../../src/core/run/run-plan.ts";
import type { TaskSketch } from "../support/run-blueprint.ts";

/** A task with all that may be said about it. */
export interface SceneTask extends TaskSketch {
  readonly after: readonly (readonly [string, BypassPolicy])[];
  readonly subject: string;
  /** Edges lead from a lower level to a higher one. */
  readonly level: number;
  readonly tier: number;
  readonly priority: number;
  readonly memory: number;
  readonly isBypassed: boolean;
}

/** A graph of tasks, and what they may use. */
export interface RunScene {
  readonly tasks: readonly SceneTask[];
  readonly batches: Readonly<Record<string, readonly string[]>>;
  readonly pools: Readonly<Record<string, number>>;
  /** `null` where memory is not counted. */
  readonly memory: number | null;
}

const policy = fc.constantFrom<BypassPolicy>("skip", "hold", "last_good", "without");

const sketch = fc.record({
  level: fc.nat(4),
  isBypassed: fc.nat(9).map((number) => number === 0),
  pool: fc.constantFrom("one", "two"),
  priority: fc.nat(2),
  tier: fc.nat(3),
  memory: fc.nat(3),
  subject: fc.nat(9).map((number) => `s${number}`),
  attempts: fc.integer({ min: 1, max: 3 }),
  circuit: fc.option(fc.constantFrom("net", "disk"), { nil: null, freq: 1 }),
  deadlineMs: fc.option(fc.constantFrom(5, 20, 70_000), { nil: null, freq: 1 }),
  batch: fc.option(fc.constantFrom("x", "y"), { nil: null }),
  edges: fc.array(fc.tuple(fc.nat(), policy), { maxLength: 4 }),
});

/**
 * Scenes of up to fourteen tasks of up to ten subjects. The tasks of a batch are of one level and
 * pool, so that there is no cycle.
 */
export const anyScene: fc.Arbitrary<RunScene> = fc
  .tuple(
    fc.array(sketch, { minLength: 1, maxLength: 14 }),
    fc.record({ one: fc.integer({ min: 1, max: 3 }), two: fc.integer({ min: 1, max: 2 }) }),
    fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }),
  )
  .map(([sketches, pools, memory]) => sceneOf(sketches, pools, memory));

type Sketch = typeof sketch extends fc.Arbitrary<infer T> ? T : never;

function sceneOf(
  sketches: readonly Sketch[],
  pools: RunScene["pools"],
  memory: number | null,
): RunScene {
  const names = sketches.map((_, index) => `t${index}.load`);
  const tierOf = new Map<string, number>();
  for (const { subject, tier } of sketches) {
    tierOf.set(subject, Math.min(tier, tierOf.get(subject) ?? tier));
  }
  const batches: Record<string, string[]> = {};
  const tasks = sketches.map((one, index): SceneTask => {
    const { level, edges, batch, circuit, deadlineMs, subject, ...rest } = one;
    const id = names[index] ?? "";
    const after = new Map<string, BypassPolicy>();
    for (const [pick, onBypass] of edges) {
      const upstream = pick % sketches.length;
      if ((sketches[upstream]?.level ?? level) < level) after.set(names[upstream] ?? "", onBypass);
    }
    if (batch !== null) {
      const name = `${batch}-${level}-${rest.pool}`;
      batches[name] = [...(batches[name] ?? []), id];
    }
    return {
      ...rest,
      ...{ id, level, subject, tier: tierOf.get(subject) ?? 3, after: [...after] },
      circuit: circuit === null ? null : { name: circuit, failures: 2, coolDownMs: 50, probes: 2 },
      ...(deadlineMs === null ? {} : { deadlineMs }),
    };
  });
  return { tasks, batches, pools, memory };
}

/** What the tasks of a scene may use. */
export function resourcesOf({ tasks, pools, memory }: RunScene): Resources {
  const durationMs = { p50: 10, p95: 30 };
  return {
    pools,
    memoryBytes: memory,
    demands: new Map(
      tasks.map((task) => [task.id, { durationMs, memoryBytes: task.memory, rows: null }]),
    ),
  };
}

/** What a task that is to start is worth: its own, and that of all that waits for it. */
export interface Worth {
  readonly isTierZero: boolean;
  readonly priority: number;
}

/** By task; members of a batch are worth the same, also when they go alone. */
export function worthsOf({ tasks, batches }: RunScene): ReadonlyMap<string, Worth> {
  const active = tasks.filter(({ isBypassed }) => !isBypassed);
  const ids = new Set(active.map(({ id }) => id));
  const groups = Object.values(batches).map((members) => members.filter((id) => ids.has(id)));
  const worths = new Map(
    tasks.map((task) => [task.id, { isTierZero: task.tier === 0, priority: task.priority }]),
  );
  const raise = (id: string, by: Worth) => {
    const own = worths.get(id);
    if (own === undefined) return;
    const priority = Math.max(own.priority, by.priority);
    worths.set(id, { isTierZero: own.isTierZero || by.isTierZero, priority });
  };
  for (let round = 0; round <= tasks.length * 2; round += 1) {
    for (const { id, after } of active) {
      for (const [need] of after) raise(need, worths.get(id) ?? { isTierZero: false, priority: 0 });
    }
    for (const group of groups) {
      for (const id of group) {
        for (const other of group)
          raise(other, worths.get(id) ?? { isTierZero: false, priority: 0 });
      }
    }
  }
  return worths;
}
