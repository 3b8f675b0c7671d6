import type { Task } from "../decide/blueprint.ts";
import { assert, present } from "../std/assert.ts";
import { compareText } from "../std/compare.ts";
import type { PlannedTask, PlannedUnit } from "./planned-unit.ts";

/** A unit before its place among the others is known. */
export interface UnrankedUnit
  extends Omit<PlannedUnit, "rank" | "priorityClass" | "urgentTier" | "chainMs"> {
  /** Of its members, the largest. */
  readonly priority: number;
  /** Of its members, the most critical. */
  readonly tier: number;
}

/** What a unit inherits from all that waits for it, itself included. */
interface Worth {
  /** The smallest tier. */
  readonly tier: number;
  /** The largest priority. */
  readonly priority: number;
  /** The longest chain by the usual durations, in milliseconds. */
  readonly chainMs: number;
}

/** Units with their places, and the places' units. */
export interface Ranking {
  readonly units: readonly PlannedUnit[];
  readonly unitOfRank: readonly number[];
}

/**
 * Orders all units: what serves tier 0 first, then by priority, then the longer chain behind it,
 * then by id. A unit is worth what waits for it is worth: a source that a model of tier 0 reads
 * goes before a model of tier 1. A task of a batch, should it run alone, takes the place of its batch.
 */
export function rankUnits(
  unranked: readonly UnrankedUnit[],
  planned: readonly PlannedTask[],
  tasks: readonly Task[],
): Ranking {
  const worths = worthsOf(unranked, planned);
  const keys = unranked.map(({ members }) => {
    const first = present(members[0], "a unit has a member");
    const worth = worths[planned[first]?.unit ?? first];
    const id = present(tasks[first], "a member is a task of the blueprint").id;
    return { ...present(worth, "every unit is worth something"), id, size: members.length };
  });
  const unitOfRank = unranked.map((_, number) => number);
  unitOfRank.sort((left, right) => {
    const [a, b] = [keys[left], keys[right]];
    assert(a !== undefined && b !== undefined, "every unit has a key");
    return (
      Number(b.tier === 0) - Number(a.tier === 0) ||
      b.priority - a.priority ||
      b.chainMs - a.chainMs ||
      compareText(a.id, b.id) ||
      b.size - a.size
    );
  });
  const rankOf = new Map(unitOfRank.map((unit, rank) => [unit, rank] as const));
  const classOf = classesOf(worths);
  const units = unranked.map(({ priority: _, tier: __, ...unit }, number): PlannedUnit => {
    const { tier, chainMs, ...key } = present(keys[number], "every unit has a key");
    return {
      ...unit,
      rank: present(rankOf.get(number), "every unit is ranked"),
      priorityClass: tier === 0 ? 0 : present(classOf.get(key.priority), "every priority counts"),
      urgentTier: tier,
      chainMs,
    };
  });
  return { units, unitOfRank };
}

/** The class of each priority outside tier 0: 1 for the largest. */
function classesOf(worths: readonly Worth[]): ReadonlyMap<number, number> {
  const priorities = new Set(worths.filter(({ tier }) => tier > 0).map(({ priority }) => priority));
  const sorted = [...priorities].sort((left, right) => right - left);
  return new Map(sorted.map((priority, index) => [priority, index + 1] as const));
}

/**
 * What each unit is worth, with batches taken as one. Works from the ends backwards, and so finds
 * cycles, also those that only a batch closes.
 */
function worthsOf(
  units: readonly UnrankedUnit[],
  planned: readonly PlannedTask[],
): readonly Worth[] {
  const worths = units.map(
    ({ tier, priority, durationMs }): Worth => ({ tier, priority, chainMs: durationMs }),
  );
  const openDependents: number[] = units.map(() => 0);
  for (const task of planned) {
    openDependents[task.unit] = (openDependents[task.unit] ?? 0) + task.neededBy.length;
  }
  const isUsed = new Set(planned.map((task) => task.unit));
  const ends = [...isUsed].filter((unit) => openDependents[unit] === 0);
  let visited = 0;
  for (let unit = ends.pop(); unit !== undefined; unit = ends.pop()) {
    visited += 1;
    const worth = present(worths[unit], "every unit is worth something");
    for (const member of units[unit]?.members ?? []) {
      for (const need of planned[member]?.needs ?? []) {
        const upstream = present(planned[need], "a need is a task").unit;
        worths[upstream] = inherited(worths[upstream] ?? worth, worth, units[upstream]);
        openDependents[upstream] = (openDependents[upstream] ?? 0) - 1;
        if (openDependents[upstream] === 0) ends.push(upstream);
      }
    }
  }
  assert(visited === isUsed.size, "a blueprint has no cycle, also with batches taken as one task");
  return worths;
}

function inherited(own: Worth, behind: Worth, unit: UnrankedUnit | undefined): Worth {
  return {
    tier: Math.min(own.tier, behind.tier),
    priority: Math.max(own.priority, behind.priority),
    chainMs: Math.max(own.chainMs, behind.chainMs + (unit?.durationMs ?? 0)),
  };
}
