import fc from "fast-check";
import type { BypassPolicy } from "../../src/core/project/project.ts";
import type { TaskSketch } from "../support/run-blueprint.ts";

/** A graph of tasks with all that may be said about them, and the slots of their pools. */
export interface RunScene {
  readonly tasks: readonly (Omit<TaskSketch, "after"> & {
    readonly after: readonly (readonly [string, BypassPolicy])[];
  })[];
  readonly batches: Readonly<Record<string, readonly string[]>>;
  readonly pools: Readonly<Record<string, number>>;
  poolOf(tasks: readonly string[]): string;
  slotsOf(pool: string): number;
  /** Of a batch: the largest of all its members, also of those that do not go. */
  priorityOf(tasks: readonly string[]): number;
}

const policy = fc.constantFrom<BypassPolicy>("skip", "hold", "last_good", "without");

const sketch = fc.record({
  level: fc.nat(4),
  isBypassed: fc.nat(9).map((number) => number === 0),
  pool: fc.constantFrom("one", "two"),
  priority: fc.nat(2),
  attempts: fc.integer({ min: 1, max: 3 }),
  batch: fc.option(fc.constantFrom("x", "y"), { nil: null }),
  edges: fc.array(fc.tuple(fc.nat(), policy), { maxLength: 4 }),
});

/**
 * Scenes of up to fourteen tasks. Edges lead from a lower level to a higher one, and the tasks of a
 * batch are of one level and pool, so that there is no cycle.
 */
export const anyScene: fc.Arbitrary<RunScene> = fc
  .tuple(
    fc.array(sketch, { minLength: 1, maxLength: 14 }),
    fc.record({ one: fc.integer({ min: 1, max: 3 }), two: fc.integer({ min: 1, max: 2 }) }),
  )
  .map(([sketches, pools]) => sceneOf(sketches, pools));

type Sketch = typeof sketch extends fc.Arbitrary<infer T> ? T : never;

function sceneOf(sketches: readonly Sketch[], pools: Readonly<Record<string, number>>): RunScene {
  const names = sketches.map((_, index) => `t${index}.load`);
  const batches: Record<string, string[]> = {};
  const tasks = sketches.map(({ level, edges, batch, ...rest }, index) => {
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
    return { ...rest, id, after: [...after] };
  });
  const batchOf = new Map(
    Object.values(batches).flatMap((members) => members.map((id) => [id, members] as const)),
  );
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return {
    tasks,
    batches,
    pools,
    poolOf: ([first = ""]) => byId.get(first)?.pool ?? "",
    slotsOf: (pool) => pools[pool] ?? 1,
    priorityOf: (ids) => {
      const all = ids.length > 1 ? (batchOf.get(ids[0] ?? "") ?? ids) : ids;
      return Math.max(...all.map((id) => prioritized(byId.get(id))));
    },
  };
}

/** A bypassed task lends its batch no priority. */
function prioritized(task: TaskSketch | undefined): number {
  return task === undefined || task.isBypassed === true ? 0 : (task.priority ?? 0);
}
