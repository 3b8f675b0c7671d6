import type { Blueprint, Bypass, Task, TaskId } from "../decide/blueprint.ts";
import type { BypassPolicy, RetryPolicy } from "../project/project.ts";
import { assert, present } from "../std/assert.ts";
import { compareText } from "../std/compare.ts";
import type { Hash } from "../std/hash.ts";

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
  /** One for each task, in the tasks' order, then one for each batch of two or more active tasks. */
  readonly units: readonly PlannedUnit[];
  /** In name order. */
  readonly pools: readonly Pool[];
  /** Unit numbers, the first to be preferred: larger priority, longer chain behind it, smaller id. */
  readonly unitOfRank: readonly number[];
}

/** A task by number, with its edges to tasks that will run. */
export interface PlannedTask {
  readonly id: TaskId;
  /** `null` for a task that is to run. */
  readonly bypass: Bypass | null;
  /** The unit that it begins in: its own, or its batch's. */
  readonly unit: number;
  /** Active tasks that come first, in id order. */
  readonly needs: readonly number[];
  readonly neededBy: readonly PlannedEdge[];
}

interface PlannedEdge {
  readonly task: number;
  readonly onBypass: BypassPolicy;
}

/**
 * What holds for the attempts of a unit. A batch has its members' largest priority, their longest
 * timeout, and the retry policy of the member that allows the fewest attempts.
 */
export interface PlannedUnit {
  /** In id order. */
  readonly members: readonly number[];
  readonly pool: number;
  readonly rank: number;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
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
  const planned = planTasks(tasks, numberOf, unitOf);
  const groups = [...tasks.map((_, number) => [number]), ...batches];
  const poolList = poolsOf(tasks, resources.pools);
  const unranked = groups.map((members) => planUnit(members, tasks, poolList));
  const unitOfRank = rankUnits(unranked, planned, tasks);
  const rankOf = new Map(unitOfRank.map((unit, rank) => [unit, rank] as const));
  const units = unranked.map(({ priority: _, ...unit }, number) => ({
    ...unit,
    rank: present(rankOf.get(number), "every unit is ranked"),
  }));
  return { blueprint: blueprint.id, tasks: planned, numberOf, units, pools: poolList, unitOfRank };
}

function tasksOf(blueprint: Blueprint): readonly Task[] {
  const segments = [...blueprint.segments.values()];
  segments.sort((left, right) => compareText(left.subject, right.subject));
  return segments.flatMap((segment) => segment.tasks);
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

function planTasks(
  tasks: readonly Task[],
  numberOf: ReadonlyMap<TaskId, number>,
  unitOf: readonly number[],
): readonly PlannedTask[] {
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
      bypass: task.state === "active" ? null : task.bypass,
      unit: present(unitOf[number], "every task has a unit"),
      needs,
      neededBy: neededBy[number] ?? [],
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

interface UnrankedUnit extends Omit<PlannedUnit, "rank"> {
  readonly priority: number;
}

function planUnit(
  members: readonly number[],
  tasks: readonly Task[],
  pools: readonly Pool[],
): UnrankedUnit {
  const safeguards = members.map((member) => taskAt(tasks, member).safeguards);
  const [first, ...rest] = safeguards;
  assert(first !== undefined, "a unit has a member");
  const retry = rest.reduce(
    (least, { retry }) => (retry.attempts < least.attempts ? retry : least),
    first.retry,
  );
  return {
    members,
    pool: pools.findIndex(({ name }) => name === first.pool),
    retry,
    timeoutMs: safeguards.reduce((longest, { timeoutMs }) => Math.max(longest, timeoutMs), 0),
    priority: safeguards.reduce((top, { priority }) => Math.max(top, priority), first.priority),
  };
}

/** Orders all units; a task of a batch, should it run alone, takes the chain of its batch. */
function rankUnits(
  units: readonly UnrankedUnit[],
  planned: readonly PlannedTask[],
  tasks: readonly Task[],
): readonly number[] {
  const chains = chainsOf(units, planned);
  const keys = units.map(({ members, priority }) => {
    const first = members[0] ?? 0;
    const chain = chains[planned[first]?.unit ?? first] ?? 0;
    return { priority, chain, id: taskAt(tasks, first).id, size: members.length };
  });
  const numbers = units.map((_, number) => number);
  return numbers.sort((left, right) => {
    const [a, b] = [keys[left], keys[right]];
    assert(a !== undefined && b !== undefined, "every unit has a key");
    return (
      b.priority - a.priority || b.chain - a.chain || compareText(a.id, b.id) || b.size - a.size
    );
  });
}

/**
 * Units on the longest chain from each unit to the end, itself included, with batches taken as one.
 * Works from the ends backwards, and so finds cycles, also those that only a batch closes.
 */
function chainsOf(
  units: readonly UnrankedUnit[],
  planned: readonly PlannedTask[],
): readonly number[] {
  const chains: number[] = units.map(() => 1);
  const openDependents: number[] = units.map(() => 0);
  for (const task of planned) openDependents[task.unit] = 0;
  for (const task of planned) {
    openDependents[task.unit] = (openDependents[task.unit] ?? 0) + task.neededBy.length;
  }
  const isUsed = new Set(planned.map((task) => task.unit));
  const ends = [...isUsed].filter((unit) => openDependents[unit] === 0);
  let visited = 0;
  for (let unit = ends.pop(); unit !== undefined; unit = ends.pop()) {
    visited += 1;
    for (const member of units[unit]?.members ?? []) {
      for (const need of planned[member]?.needs ?? []) {
        const upstream = present(planned[need], "a need is a task").unit;
        chains[upstream] = Math.max(chains[upstream] ?? 1, (chains[unit] ?? 1) + 1);
        openDependents[upstream] = (openDependents[upstream] ?? 0) - 1;
        if (openDependents[upstream] === 0) ends.push(upstream);
      }
    }
  }
  assert(visited === isUsed.size, "a blueprint has no cycle, also with batches taken as one task");
  return chains;
}

function taskAt(tasks: readonly Task[], number: number): Task {
  return present(tasks[number], "a member is a task of the blueprint");
}
