import type { Decided } from "../../core/decide/decided.ts";
import { openRuleBook } from "../../core/decide/rule-book.ts";
import type { Scenario } from "../../core/scenarios/scenario.ts";
import type { VariantReport } from "../../core/scenarios/simulation-report.ts";
import { traceLine } from "../campaign/trace-line.ts";
import type { Fault } from "../faults/fault.ts";
import { FaultDesk } from "../faults/fault-desk.ts";
import type { DurationModel } from "../host/duration-model.ts";
import type { SimulationContext, Tally } from "../simulation-context.ts";
import { SimulatedCatalog } from "../store/simulated-catalog.ts";
import { SimulatedStaging } from "../store/simulated-staging.ts";
import type { LoadRequest } from "../store/simulated-warehouse.ts";
import { EventQueue } from "../time/event-queue.ts";
import { Violation } from "../watch/violation.ts";
import type { SimulatedScope } from "../world/generate-scope.ts";
import { World } from "../world/world.ts";
import { DataLatency } from "./data-latency.ts";
import { computeMsOf, failuresOf } from "./measure-run.ts";
import { MeasuredWarehouse } from "./measured-warehouse.ts";
import { ScenarioCourse } from "./scenario-course.ts";
import { ScenarioOperator } from "./scenario-operator.ts";
import { partsOf, type Variant } from "./variant.ts";

/** The world in which variants are played: for each of them made anew, and the same. */
export interface Stage {
  readonly scenario: Scenario;
  readonly scope: SimulatedScope;
  readonly faults: readonly Fault[];
  readonly durations: DurationModel;
}

/** Takes one line for each event. */
export type LineListener = (line: string) => void;

/** What a variant came to, and the invariant that it broke, if it did. */
export interface Played {
  readonly report: VariantReport;
  readonly violation: { readonly invariant: string; readonly detail: string } | null;
}

/** Plays a scenario to its end with one way to decide. */
export function playVariant(
  stage: Stage,
  variant: Variant,
  onLine: LineListener | null = null,
): Played {
  return new Play(stage, variant, onLine).play();
}

class Play {
  readonly #stage: Stage;
  readonly #variant: Variant;
  readonly #context: SimulationContext;
  readonly #latency: DataLatency;
  readonly #operator: ScenarioOperator;
  readonly #tally: Tally = { tasks: 0, events: 0, cycles: 0, revisions: 0, processes: 0 };
  /** Bad row versions that were loaded with no gate before them, as `source version`. */
  readonly #bad = new Map<string, number>();
  readonly #perCycle: { tasksRun: number; computeMs: number; failures: number }[] = [];
  #decided: Decided | null = null;
  #failures = 0;
  #contained = 0;
  #computeMs = 0;
  #runsSeen = 0;
  #tasksSeen = 0;

  constructor(stage: Stage, variant: Variant, onLine: LineListener | null) {
    const { scenario, durations, faults } = stage;
    this.#stage = stage;
    this.#variant = variant;
    const scope: SimulatedScope = { ...stage.scope, ruleSets: variant.ruleSets };
    const queue = new EventQueue(scenario.startAt);
    const world = new World(scope, scenario.startAt, scenario.seed);
    this.#latency = new DataLatency(world.models, (model) => this.#slaOf(model));
    const openWarehouse = () =>
      new MeasuredWarehouse({
        loaded: (request) => this.#loaded(request),
        transformed: (model) => this.#latency.transformed(model, queue.now),
      });
    const parts = partsOf(variant, {
      openWarehouse,
      onDecided: (decided) => {
        this.#decided = decided;
      },
    });
    this.#context = {
      seed: scenario.seed,
      queue,
      scope,
      rules: openRuleBook(scope.ruleSets),
      world,
      warehouse: parts.openWarehouse(),
      staging: new SimulatedStaging(),
      catalog: new SimulatedCatalog(),
      faults: new FaultDesk(faults),
      durations,
      parts,
      tally: this.#tally,
      clockOffsetMs: 0,
      cycle: 0,
      lastDecided: null,
      trace:
        onLine === null
          ? null
          : (who, what) => onLine(traceLine(queue.now - scenario.startAt, who, what)),
      takeOver: (from) => operator.takeOver(from),
    };
    const operator = this.#openOperator();
    this.#operator = operator;
  }

  play(): Played {
    const { name } = this.#variant;
    let violation: Played["violation"] = null;
    try {
      this.#operator.run();
    } catch (error) {
      // A bug that throws is as good as an invariant that does not hold.
      violation =
        error instanceof Violation
          ? { invariant: error.invariant, detail: error.message }
          : {
              invariant: "crash",
              detail: error instanceof Error ? (error.stack ?? "") : String(error),
            };
    }
    this.#latency.end(this.#context.queue.now, (model) => this.#isMeant(model));
    const report: VariantReport = {
      name,
      tasksRun: this.#tally.tasks,
      computeMs: Math.round(this.#computeMs),
      latencyMs: this.#latency.percentiles(),
      slaMisses: this.#latency.slaMisses,
      badRowsServed: [...this.#bad.values()].reduce((sum, rows) => sum + rows, 0),
      failures: this.#failures,
      failuresContained: this.#contained,
      perCycle: this.#perCycle,
    };
    return { report, violation };
  }

  #openOperator(): ScenarioOperator {
    const { scenario } = this.#stage;
    const context = this.#context;
    const course = new ScenarioCourse(context, scenario, {
      changed: (source, upTo) => this.#latency.changed(source, upTo, context.queue.now),
      news: () => operator.news(),
    });
    course.prepare(0, scenario.startAt);
    const operator: ScenarioOperator = new ScenarioOperator(context, scenario, {
      isWatching: !this.#variant.isStatic,
      listener: {
        begins: (cycle) => {
          this.#perCycle.push({ tasksRun: 0, computeMs: 0, failures: 0 });
          if (cycle + 1 < scenario.cycles) {
            course.prepare(cycle + 1, scenario.startAt + (cycle + 1) * scenario.everyMs);
          }
        },
        ended: () => this.#ended(),
      },
    });
    return operator;
  }

  /** Adds up what the runs did that have ended since it was last asked. */
  #ended(): void {
    const { runs } = this.#context.catalog;
    const figures = this.#perCycle.at(-1) ?? { tasksRun: 0, computeMs: 0, failures: 0 };
    figures.tasksRun += this.#tally.tasks - this.#tasksSeen;
    this.#tasksSeen = this.#tally.tasks;
    for (const { events, stateThen } of runs.slice(this.#runsSeen)) {
      const computeMs = computeMsOf(events);
      this.#computeMs += computeMs;
      figures.computeMs += computeMs;
      if (stateThen === null || this.#decided === null) continue;
      const { failures, contained } = failuresOf(this.#decided, stateThen);
      this.#failures += failures;
      this.#contained += contained;
      figures.failures += failures;
    }
    this.#runsSeen = runs.length;
  }

  #loaded({ source, manifest }: LoadRequest): void {
    this.#latency.loaded(source, manifest.to);
    if (this.#isGuarded(source)) return;
    const { poison, scale } = this.#context.world.source(source);
    for (const version of poison) {
      const key = `${source} ${version}`;
      const isIn = version >= manifest.from && version < manifest.to;
      if (isIn && !this.#bad.has(key)) this.#bad.set(key, scale);
    }
  }

  /** Whether a gate stands before the rows of a source. */
  #isGuarded(source: string): boolean {
    const tasks = this.#decided?.blueprint.segments.get(source)?.tasks ?? [];
    return tasks.some(({ safeguards }) => safeguards.gates.some(({ onFail }) => onFail !== "warn"));
  }

  #slaOf(model: string): number | null {
    return this.#decided?.blueprint.segments.get(model)?.slaMs ?? null;
  }

  /** Whether a model is to hold anything at all. */
  #isMeant(model: string): boolean {
    const tasks = this.#decided?.blueprint.segments.get(model)?.tasks ?? [];
    const reason = tasks.find(({ kind }) => kind === "transform")?.bypass?.reason;
    return reason !== "rule" && reason !== "not_demanded" && reason !== "override";
  }
}
