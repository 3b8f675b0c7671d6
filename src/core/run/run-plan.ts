import type { Blueprint, Task, TaskId } from "../decide/blueprint.ts";
import { assert, present } from "../std/assert.ts";
import { compareText } from "../std/compare.ts";
import type { Hash } from "../std/hash.ts";
import type { PlannedEdge, PlannedTask, PlannedUnit } from "./planned-unit.ts";
import { rankUnits, type UnrankedUnit } from "./rank-units.ts";

/**
 * A blueprint as the run machine reads it: tasks by number, edges in both directions, and *units*,
 * which are what gets a slot. Every task has a unit of its own, with the task's number; a batch has
 * one more, which its tasks share until it is split. A pure function of blueprint and resources.
 */
export interface RunPlan {
  readonly blueprint: Hash;
  /** By subject, then as the segment lists them. */
  readonly tasks: readonly PlannedTask[];
  readonly numberOf: ReadonlyMap<TaskId, number>;
  /** The numbers of a subject's tasks. */
  readonly tasksOf: ReadonlyMap<string, readonly number[]>;
  /** One for each task, in the tasks' order, then one for each batch of two or more active tasks. */
  readonly units: readonly PlannedUnit[];
  /** In name order. */
  readonly pools: readonly Pool[];
  /** For all attempts together; `null` where memory is not counted. */
  readonly memoryBytes: number | null;
  /** Unit numbers, the first to be preferred; see `rankUnits`. */
  readonly unitOfRank: readonly number[];
  /** Whether some unit may have to wait for one of another class, other than for tier 0. */
  readonly hasClasses: boolean;
  /** Of its tasks, each once, the shortest first. */
  readonly deadlinesMs: readonly number[];
}

interface Pool {
  readonly name: string;
  /** How many attempts of the pool run at once. */
  readonly slots: number;
}

/** What a run may use, and what its tasks are thought to need. */
export interface Resources {
  /** Slots by pool, as in the template. A pool that is not named has one slot. */
  readonly pools: Readonly<Record<string, number>>;
  /** For all attempts together; `null`, or absent, where memory is not counted. */
  readonly memoryBytes?: number | null;
  /** By task; one that is not named has a demand like any other. */
  readonly demands?: ReadonlyMap<TaskId, Demand>;
}

/** What a task is thought to need, from what it needed before. */
export interface Demand {
  readonly durationMs: { readonly p50: number; readonly p95: number };
  /** At its peak. */
  readonly memoryBytes: number;
  /** `null` where it is not known. */
  readonly rows: number | null;
}

/** What a task is thought to need that nothing is known of. */
const anyDemand: Demand = {
  durationMs: { p50: 1_000, p95: 10_000 },
  memoryBytes: 64 * 1024 * 1024,
  rows: null,
};

/** The plan of a blueprint that a run may go on with, by its hash. */
export type PlanOf = (blueprint: Hash) => RunPlan;

/**
 * Plans a run. What a blueprint can get wrong here (an unknown upstream, a cycle, a pool without
 * slots) was checked before it was decided, so it is a bug and fails loudly.
 */
export function planRun(blueprint: Blueprint, resources: Resources): RunPlan {
  const tasks = tasksOf(blueprint);
  const numberOf = new Map(tasks.map((task, number) => [task.id, number] as const));
  assert(numberOf.size === tasks.length, "every task of a blueprint has an id of its own");
  const batches = batchesOf(blueprint, tasks, numberOf);
  const unitOf = tasks.map((_, number) => number);
  batches.forEach((members, batch) => {
    for (const member of members) unitOf[member] = tasks.length + batch;
  });
  const { demands = new Map<TaskId, Demand>(), memoryBytes = null } = resources;
  const planned = planTasks({ tasks, numberOf, unitOf, demands });
  const groups = [...tasks.map((_, number) => [number]), ...batches];
  const pools = poolsOf(tasks, resources.pools);
  const unranked = groups.map((members) => planUnit(members, tasks, pools, demands));
  const { units, unitOfRank } = rankUnits(unranked, planned, tasks);
  return {
    blueprint: blueprint.id,
    tasks: planned,
    numberOf,
    tasksOf: numbersBySubject(planned),
    units,
    pools,
    memoryBytes,
    unitOfRank,
    hasClasses: units.some(({ priorityClass }) => priorityClass > 1),
    deadlinesMs: deadlinesOf(planned),
  };
}

/** A task with what its segment says of it. */
interface SubjectTask extends Task {
  readonly subject: string;
  readonly tier: number;
}

function tasksOf(blueprint: Blueprint): readonly SubjectTask[] {
  const segments = [...blueprint.segments.values()];
  segments.sort((left, right) => compareText(left.subject, right.subject));
  return segments.flatMap(({ subject, tier, tasks }) =>
    tasks.map((task) => ({ ...task, subject, tier })),
  );
}

function numbersBySubject(tasks: readonly PlannedTask[]): ReadonlyMap<string, readonly number[]> {
  const numbers = new Map<string, number[]>();
  for (const [number, { subject }] of tasks.entries()) {
    const known = numbers.get(subject);
    if (known === undefined) numbers.set(subject, [number]);
    else known.push(number);
  }
  return numbers;
}

function batchesOf(
  blueprint: Blueprint,
  tasks: readonly Task[],
  numberOf: ReadonlyMap<TaskId, number>,
): readonly (readonly number[])[] {
  const taken = new Set<TaskId>();
  const batches: number[][] = [];
  for (const batch of [...blueprint.batches].sort((a, b) => compareText(a.id, b.id))) {
    const members: number[] = [];
    for (const id of [...batch.tasks].sort(compareText)) {
      const number = present(numberOf.get(id), `${id} of batch ${batch.id} is in the blueprint`);
      assert(!taken.has(id), `${id} is in one batch only`);
      taken.add(id);
      if (tasks[number]?.state === "active") members.push(number);
    }
    if (members.length > 1) batches.push(members);
  }
  return batches;
}

interface TaskPlanning {
  readonly tasks: readonly SubjectTask[];
  readonly numberOf: ReadonlyMap<TaskId, number>;
  readonly unitOf: readonly number[];
  readonly demands: ReadonlyMap<TaskId, Demand>;
}

function planTasks({ tasks, numberOf, unitOf, demands }: TaskPlanning): readonly PlannedTask[] {
  const neededBy: PlannedEdge[][] = tasks.map(() => []);
  const planned = tasks.map((task, number): PlannedTask => {
    const needs: number[] = [];
    for (const { task: upstream, onBypass } of task.state === "active" ? task.after : []) {
      const other = present(numberOf.get(upstream), `${upstream}, which ${task.id} needs, exists`);
      // A bypassed upstream has been judged by the decision: this task is active all the same.
      if (tasks[other]?.state === "bypassed") continue;
      needs.push(other);
      neededBy[other]?.push({ task: number, onBypass });
    }
    return {
      id: task.id,
      subject: task.subject,
      bypass: task.state === "active" ? null : task.bypass,
      unit: present(unitOf[number], "every task has a unit"),
      needs,
      neededBy: neededBy[number] ?? [],
      deadlineMs: task.safeguards.deadlineMs,
      memoryBytes: (demands.get(task.id) ?? anyDemand).memoryBytes,
    };
  });
  return planned;
}

function poolsOf(tasks: readonly Task[], slots: Readonly<Record<string, number>>): readonly Pool[] {
  const used = new Set(tasks.map((task) => task.safeguards.pool));
  return [...used].sort(compareText).map((name) => {
    const count = Object.hasOwn(slots, name) ? (slots[name] ?? 1) : 1;
    assert(Number.isInteger(count) && count >= 1, `pool ${name} has at least one slot`);
    return { name, slots: count };
  });
}

function planUnit(
  members: readonly number[],
  tasks: readonly SubjectTask[],
  pools: readonly Pool[],
  demands: ReadonlyMap<TaskId, Demand>,
): UnrankedUnit {
  const all = members.map((member) => present(tasks[member], "a member is a task"));
  const safeguards = all.map((task) => task.safeguards);
  const [first, ...rest] = safeguards;
  assert(first !== undefined, "a unit has a member");
  const retry = rest.reduce(
    (least, { retry }) => (retry.attempts < least.attempts ? retry : least),
    first.retry,
  );
  const isOneCircuit = rest.every(({ circuit }) => circuit?.name === first.circuit?.name);
  const wanted = all.map((task) => demands.get(task.id) ?? anyDemand);
  return {
    members,
    pool: pools.findIndex(({ name }) => name === first.pool),
    retry,
    timeoutMs: safeguards.reduce((longest, { timeoutMs }) => Math.max(longest, timeoutMs), 0),
    circuit: isOneCircuit ? first.circuit : null,
    durationMs: wanted.reduce((sum, { durationMs }) => sum + durationMs.p50, 0),
    priority: safeguards.reduce((top, { priority }) => Math.max(top, priority), first.priority),
    tier: all.reduce((top, { tier }) => Math.min(top, tier), Number.POSITIVE_INFINITY),
  };
}

/** Distinct, ascending. */
function deadlinesOf(tasks: readonly PlannedTask[]): readonly number[] {
  const deadlines = new Set<number>();
  for (const { deadlineMs } of tasks) if (deadlineMs !== null) deadlines.add(deadlineMs);
  return [...deadlines].sort((left, right) => left - right);
}
