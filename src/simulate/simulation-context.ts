import type { decideAgain } from "../core/decide/decide-again.ts";
import type { DecideInput } from "../core/decide/decide-input.ts";
import type { Decided } from "../core/decide/decided.ts";
import type { RuleBook } from "../core/decide/rule-book.ts";
import type { advance } from "../core/run/advance.ts";
import type { RunEvent } from "../core/run/run-event.ts";
import type { planRun } from "../core/run/run-plan.ts";
import type { FaultDesk } from "./faults/fault-desk.ts";
import type { DurationModel } from "./host/duration-model.ts";
import type { SimulatedCatalog } from "./store/simulated-catalog.ts";
import type { SimulatedStaging } from "./store/simulated-staging.ts";
import type { SimulatedWarehouse } from "./store/simulated-warehouse.ts";
import type { EventQueue } from "./time/event-queue.ts";
import type { SimulatedScope } from "./world/generate-scope.ts";
import type { World } from "./world/world.ts";

/** What is under test: the real functions, unless a test plants a bug in one of them. */
export interface SimulatedParts {
  readonly advance: typeof advance;
  readonly planRun: typeof planRun;
  readonly decide: (input: DecideInput, rules: RuleBook) => Decided;
  readonly decideAgain: typeof decideAgain;
  readonly openWarehouse: () => SimulatedWarehouse;
}

/** Writes down one thing that happened, for people; `who` is a process, or the world. */
export type Trace = (who: string, what: RunEvent | Note) => void;

/** Something that is no event of a run. */
export interface Note {
  readonly note: string;
}

/** How much has been simulated. */
export interface Tally {
  /** Attempts of tasks that were started. */
  tasks: number;
  events: number;
  cycles: number;
  /** Decisions that were made while a run went on. */
  revisions: number;
  processes: number;
}

/** Everything that a simulated process stands in. */
export interface SimulationContext {
  readonly seed: number;
  readonly queue: EventQueue;
  readonly scope: SimulatedScope;
  readonly rules: RuleBook;
  readonly world: World;
  readonly warehouse: SimulatedWarehouse;
  readonly staging: SimulatedStaging;
  readonly catalog: SimulatedCatalog;
  readonly faults: FaultDesk;
  readonly durations: DurationModel;
  readonly parts: SimulatedParts;
  readonly tally: Tally;
  /** By how much the clock on the wall is off; timers do not follow it. */
  clockOffsetMs: number;
  /** Counting from 0. */
  cycle: number;
  /** What the newest process decided last; a new process may go on from it. */
  lastDecided: Decided | null;
  /** Writes a line for people, where they asked for one. */
  readonly trace: Trace | null;
  /** A process that lives is taken for dead: another one takes over. */
  readonly takeOver: (from: number) => void;
}
