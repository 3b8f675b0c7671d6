import { decideWith } from "../../core/decide/decide.ts";
import { decideAgain } from "../../core/decide/decide-again.ts";
import { openRuleBook, type RuleBook } from "../../core/decide/rule-book.ts";
import { advance } from "../../core/run/advance.ts";
import { planRun } from "../../core/run/run-plan.ts";
import { drawSchedule, type FaultRates } from "../faults/draw-schedule.ts";
import type { Fault, FaultKind } from "../faults/fault.ts";
import { FaultDesk } from "../faults/fault-desk.ts";
import { usualDurations } from "../host/duration-model.ts";
import type { SimulatedParts, SimulationContext, Tally } from "../simulation-context.ts";
import { SimulatedCatalog } from "../store/simulated-catalog.ts";
import { SimulatedStaging } from "../store/simulated-staging.ts";
import { SimulatedWarehouse } from "../store/simulated-warehouse.ts";
import { Dice } from "../time/dice.ts";
import { EventQueue } from "../time/event-queue.ts";
import { type Invariant, Violation } from "../watch/violation.ts";
import { generateScope, type ScopeSize, withoutSubjects } from "../world/generate-scope.ts";
import { World } from "../world/world.ts";
import { Operator } from "./operator.ts";
import { traceLine } from "./trace-line.ts";

/** One simulation, whole: what is played again from it is the same event by event. */
export interface SimulationPlan {
  readonly seed: number;
  readonly size: ScopeSize;
  /** Cycles in which sources change and faults strike; quiet ones follow. */
  readonly cycles: number;
  readonly faults: readonly Fault[];
  /** Sources and models of the scope that are left out, and so are the edges to them. */
  readonly without: readonly string[];
}

/** How a simulation went. */
export interface SimulationResult {
  readonly plan: SimulationPlan;
  readonly tally: Tally;
  readonly fired: ReadonlyMap<FaultKind, number>;
  /** What does not hold, and after how many events that showed; `null` when all holds. */
  readonly failure: {
    readonly invariant: Invariant | "crash";
    readonly detail: string;
    readonly events: number;
  } | null;
}

/** What is simulated when nothing else is asked for: all of the real things. */
export const realParts: SimulatedParts = {
  advance,
  planRun,
  decide: decideWith,
  decideAgain,
  openWarehouse: () => new SimulatedWarehouse(),
};

/** Draws what a seed stands for. */
export function planOfSeed(
  seed: number,
  {
    size,
    cycles,
    rates,
  }: {
    readonly size: ScopeSize;
    readonly cycles: number;
    readonly rates: Omit<FaultRates, "cycles">;
  },
): SimulationPlan {
  return {
    seed,
    size,
    cycles,
    faults: drawSchedule(seed, size, { ...rates, cycles }),
    without: [],
  };
}

const start = Date.UTC(2026, 0, 1);

let ruleBook: RuleBook | null = null;

/** Plays one simulation to its end, or to the first thing that does not hold. */
export function simulate(
  plan: SimulationPlan,
  parts: SimulatedParts = realParts,
  onLine: ((line: string) => void) | null = null,
): SimulationResult {
  const scope = withoutSubjects(
    generateScope(plan.size, new Dice(plan.seed, "scope")),
    new Set(plan.without),
  );
  ruleBook ??= openRuleBook(scope.ruleSets);
  const tally: Tally = { tasks: 0, events: 0, cycles: 0, revisions: 0, processes: 0 };
  const faults = new FaultDesk(plan.faults);
  const queue = new EventQueue(start);
  const context: SimulationContext = {
    seed: plan.seed,
    queue,
    scope,
    rules: ruleBook,
    world: new World(scope, start, plan.seed),
    warehouse: parts.openWarehouse(),
    staging: new SimulatedStaging(),
    catalog: new SimulatedCatalog(),
    faults,
    durations: usualDurations,
    parts,
    tally,
    clockOffsetMs: 0,
    cycle: 0,
    lastDecided: null,
    trace: onLine === null ? null : (who, what) => onLine(traceLine(queue.now - start, who, what)),
    takeOver: (from) => operator.takeOver(from),
  };
  const operator = new Operator(context, plan.cycles);
  try {
    operator.run();
    return { plan, tally, fired: faults.fired, failure: null };
  } catch (error) {
    return { plan, tally, fired: faults.fired, failure: failureIn(error, tally) };
  }
}

/** A bug that throws is as good as an invariant that does not hold. */
function failureIn(error: unknown, { events }: Tally): SimulationResult["failure"] {
  if (error instanceof Violation) {
    return { invariant: error.invariant, detail: error.message, events };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { invariant: "crash", detail, events };
}
