import { present } from "../std/assert.ts";
import { unitOfArrival } from "./arrivals.ts";
import { circuitAllows, failTripped, noteStart } from "./circuits.ts";
import { withNumber, withoutSmallest } from "./leftist-heap.ts";
import type { Obstacle } from "./run-state.ts";
import {
  changeUnit,
  memberIds,
  memoryNeeded,
  park,
  plannedTask,
  plannedUnit,
  type RunStep,
  takeSlot,
  unitState,
  unpark,
} from "./run-step.ts";

/** After so long in the queue a unit counts as of the next class, save for that of tier 0. */
const agingMs = 600_000;

/** How many units are looked at that may go while the first one waits for memory. */
const lookAheadMax = 32;

/** For how long at least small units may go while a larger one waits for memory. */
const patienceMsMin = 5_000;

/** Units that were passed over because of memory, and the first of them. */
interface PassedOver {
  readonly ranks: number[];
  first: number | null;
}

/** Gives free slots to ready units, the most urgent first. */
export function fillSlots(step: RunStep): void {
  if (step.parked.has("pressure") && !isPutOff(step)) unpark(step, "pressure");
  const passed: PassedOver = { ranks: [], first: null };
  for (let unit = nextUnit(step, passed); unit !== null; unit = nextUnit(step, passed)) {
    const attempt = unitState(step, unit).attempt + 1;
    dequeue(step, unit);
    changeUnit(step, unit, { phase: "starting", attempt, cancelCause: null });
    takeSlot(step, unit);
    noteStart(step, unit);
    step.commands.push({ type: "StartAttempt", tasks: memberIds(step, unit), attempt });
  }
  for (const rank of passed.ranks) {
    const { pool } = plannedUnit(step, unitOfRank(step, rank));
    step.ready[pool] = withNumber(step.ready[pool] ?? null, rank);
  }
}

/** Takes a unit from the top of its queue. One that was lifted over others is dropped in its turn. */
function dequeue(step: RunStep, unit: number): void {
  const { pool, rank } = plannedUnit(step, unit);
  const heap = step.ready[pool] ?? null;
  if (heap?.smallest === rank) step.ready[pool] = withoutSmallest(heap);
}

/** The unit that is to start now; `null` when none can. */
function nextUnit(step: RunStep, passed: PassedOver): number | null {
  while (passed.ranks.length < lookAheadMax) {
    const unit = firstOf(step);
    if (unit === null) return null;
    if (mayTakeMemory(step, unit, passed.first)) return unit;
    const { pool, rank } = plannedUnit(step, unit);
    const heap = step.ready[pool] ?? null;
    // One that was lifted over others is not on top; it stays in the queue and is looked at again.
    if (heap?.smallest !== rank) return null;
    step.ready[pool] = withoutSmallest(heap);
    passed.ranks.push(rank);
    passed.first ??= unit;
  }
  return null;
}

/** Over all pools with a free slot: the first by class, then by rank. */
function firstOf(step: RunStep): number | null {
  let best: number | null = null;
  let bestClass = 0;
  for (let pool = 0; pool < step.busy.length; pool += 1) {
    if ((step.busy[pool] ?? 0) >= slotsOf(step, pool)) continue;
    const unit = firstOfPool(step, pool);
    if (unit === null) continue;
    const itsClass = classOf(step, unit);
    const isBetter =
      best === null ||
      itsClass < bestClass ||
      (itsClass === bestClass && rankOf(step, unit) < rankOf(step, best));
    if (isBetter) [best, bestClass] = [unit, itsClass];
  }
  return best;
}

function firstOfPool(step: RunStep, pool: number): number | null {
  const first = firstByRank(step, pool);
  if (first === null || !step.plan.hasClasses) return first;
  const oldest = firstByArrival(step, pool);
  if (oldest === null) return first;
  const itsClass = classOf(step, oldest);
  const isLifted = itsClass < plannedUnit(step, oldest).priorityClass;
  return isLifted && itsClass <= classOf(step, first) ? oldest : first;
}

function firstByRank(step: RunStep, pool: number): number | null {
  for (let heap = step.ready[pool] ?? null; heap !== null; heap = step.ready[pool] ?? null) {
    const unit = unitOfRank(step, heap.smallest);
    if (mayStart(step, unit, () => (step.ready[pool] = withoutSmallest(heap)))) return unit;
  }
  return null;
}

function firstByArrival(step: RunStep, pool: number): number | null {
  for (let heap = step.arrivals[pool] ?? null; heap !== null; heap = step.arrivals[pool] ?? null) {
    const unit = unitOfArrival(step.plan, heap.smallest);
    if (mayStart(step, unit, () => (step.arrivals[pool] = withoutSmallest(heap)))) return unit;
  }
  return null;
}

/** Whether a unit may start now. One that may not is taken from its queue, and set aside or failed. */
function mayStart(step: RunStep, unit: number, drop: () => void): boolean {
  // It has started, or ended, since it was queued.
  if (unitState(step, unit).phase !== "ready") {
    drop();
    return false;
  }
  const allowed = circuitAllows(step, unit);
  if (allowed === "tripped") {
    drop();
    failTripped(step, unit);
    return false;
  }
  const obstacle = obstacleOf(step, unit, allowed);
  if (obstacle === null) return true;
  drop();
  park(step, unit, obstacle);
  return false;
}

function obstacleOf(step: RunStep, unit: number, isAllowed: boolean): Obstacle | null {
  const { held } = step.revisions;
  if (held.size > 0) {
    const { members } = unitState(step, unit);
    if (members.some((member) => held.has(plannedTask(step, member).subject))) return "held";
  }
  if (!isAllowed) return `circuit/${plannedUnit(step, unit).circuit?.name ?? ""}`;
  const isUrgent = plannedUnit(step, unit).urgentTier <= 1;
  return !isUrgent && isPutOff(step) ? "pressure" : null;
}

/** Whether what nobody of tier 0 or 1 waits for is put off. */
function isPutOff(step: RunStep): boolean {
  return pressureOf(step) >= 2 && step.openUrgentTasks > 0;
}

/** The heaviest of all resources. */
function pressureOf(step: RunStep): number {
  let heaviest = 0;
  for (const level of step.pressure.values()) heaviest = Math.max(heaviest, level);
  return heaviest;
}

/** Under pressure half the slots, and at least one. */
function slotsOf(step: RunStep, pool: number): number {
  const { slots } = present(step.plan.pools[pool], "a pool number is in the plan");
  return step.pressure.size > 0 ? Math.max(1, Math.floor(slots / 2)) : slots;
}

/**
 * Whether a unit may start beside what runs.
 * @param waiting the first unit that waits for memory: smaller ones may go before it while it has
 * not waited longer than it runs, but nothing goes before tier 0 that is not.
 */
function mayTakeMemory(step: RunStep, unit: number, waiting: number | null): boolean {
  const { memoryBytes } = step.plan;
  if (memoryBytes === null) return true;
  const needed = memoryNeeded(step, unit);
  if (needed === 0) return true;
  const budget = step.pressure.has("memory") ? memoryBytes / 2 : memoryBytes;
  const isThere = step.memoryInUse === 0 || step.memoryInUse + needed <= budget;
  if (waiting === null || !isThere) return isThere;
  const { priorityClass, durationMs } = plannedUnit(step, waiting);
  if (priorityClass === 0 && plannedUnit(step, unit).priorityClass > 0) return false;
  const waitedMs = step.at - unitState(step, waiting).readyAt;
  return waitedMs <= Math.max(patienceMsMin, durationMs);
}

/** The class that a unit has reached by waiting. */
function classOf(step: RunStep, unit: number): number {
  const { priorityClass } = plannedUnit(step, unit);
  if (priorityClass <= 1) return priorityClass;
  const waitedMs = Math.max(0, step.at - unitState(step, unit).readyAt);
  return Math.max(1, priorityClass - Math.floor(waitedMs / agingMs));
}

function rankOf(step: RunStep, unit: number): number {
  return plannedUnit(step, unit).rank;
}

function unitOfRank(step: RunStep, rank: number): number {
  return present(step.plan.unitOfRank[rank], "a rank belongs to a unit");
}
