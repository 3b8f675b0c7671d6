import { advance } from "../../src/core/run/advance.ts";
import { entryAt, withAt } from "../../src/core/run/persistent-vector.ts";
import { planRun, type RunPlan } from "../../src/core/run/run-plan.ts";
import { realParts } from "../../src/simulate/campaign/simulate-seed.ts";
import type { SimulatedParts } from "../../src/simulate/simulation-context.ts";
import {
  type Entry,
  type LoadRequest,
  SimulatedWarehouse,
} from "../../src/simulate/store/simulated-warehouse.ts";
import type { Invariant } from "../../src/simulate/watch/violation.ts";

/** A bug that somebody could write, and the invariants of which one must find it. */
export interface PlantedBug {
  readonly parts: SimulatedParts;
  readonly breaks: readonly (Invariant | "crash")[];
}

class WithoutLedgerCheck extends SimulatedWarehouse {
  protected override findDone(): Entry | null {
    return null;
  }
  protected override checkCursor(): void {}
}

class WithoutFence extends SimulatedWarehouse {
  protected override fence(): void {}
}

class WithEarlyCursor extends SimulatedWarehouse {
  override begin(requests: readonly LoadRequest[]): void {
    for (const request of requests) this.moveCursor(request);
  }
  protected override checkCursor(): void {}
}

class WithHalfBatches extends SimulatedWarehouse {
  override load(requests: readonly LoadRequest[]) {
    return requests.map((request) => {
      const change = this.prepare(request);
      if (requests.length === 1 || request !== requests.at(-1)) change.apply();
      return change.outcome;
    });
  }
}

const planned = (change: (plan: RunPlan) => RunPlan): SimulatedParts => ({
  ...realParts,
  planRun: (...given) => change(planRun(...given)),
});

const stored = (openWarehouse: () => SimulatedWarehouse): SimulatedParts => ({
  ...realParts,
  openWarehouse,
});

/** Each by what it does wrong. */
export const plantedBugs: Readonly<Record<string, PlantedBug>> = {
  "the warehouse does not look into its ledger": {
    parts: stored(() => new WithoutLedgerCheck()),
    breaks: ["exactly-once"],
  },
  "the warehouse does not look at epochs": {
    parts: stored(() => new WithoutFence()),
    breaks: ["fencing", "exactly-once", "up-to-date"],
  },
  "a cursor moves outside of its transaction": {
    parts: stored(() => new WithEarlyCursor()),
    breaks: ["cursor", "exactly-once", "convergence"],
  },
  "a batch commits in part and says that it did in whole": {
    parts: stored(() => new WithHalfBatches()),
    breaks: ["exactly-once", "convergence", "cursor", "up-to-date"],
  },
  "a pool has more slots than were given": {
    parts: planned((plan) => ({
      ...plan,
      pools: plan.pools.map((pool) => ({ ...pool, slots: pool.slots + 1 })),
    })),
    breaks: ["pools"],
  },
  "a task does not wait for its first input": {
    parts: planned((plan) => ({
      ...plan,
      tasks: plan.tasks.map((task) => ({ ...task, needs: task.needs.slice(1) })),
    })),
    breaks: ["inputs-first", "liveness"],
  },
  "bypassed tasks are planned as if they were to run": {
    parts: planned((plan) => ({
      ...plan,
      tasks: plan.tasks.map((task) => ({ ...task, bypass: null })),
    })),
    breaks: ["bypass"],
  },
  "the order of units is turned round": {
    parts: planned((plan) => ({
      ...plan,
      units: plan.units.map((unit) => ({ ...unit, rank: plan.units.length - 1 - unit.rank })),
      unitOfRank: plan.unitOfRank.toReversed(),
    })),
    breaks: ["tier-0-first"],
  },
  "retries get no timer": {
    parts: {
      ...realParts,
      advance: (...given) => {
        const { state, commands } = advance(...given);
        const kept = commands.filter(
          (command) => command.type !== "SetTimer" || !command.timer.startsWith("retry/"),
        );
        return { state, commands: kept };
      },
    },
    breaks: ["liveness"],
  },
  "attempts get no timeout": {
    parts: {
      ...realParts,
      advance: (...given) => {
        const { state, commands } = advance(...given);
        const kept = commands.filter(
          (command) => command.type !== "SetTimer" || !command.timer.startsWith("timeout/"),
        );
        return { state, commands: kept };
      },
    },
    breaks: ["liveness"],
  },
  "a late failure overwrites a success": {
    parts: {
      ...realParts,
      advance: (state, event, planOf) => {
        const made = advance(state, event, planOf);
        if (event.type !== "AttemptFailed" || state.phase === "finished") return made;
        const task = state.plan.numberOf.get(event.tasks[0] ?? "") ?? 0;
        const before = entryAt(made.state.tasks, task);
        if (before.outcome?.status !== "succeeded") return made;
        const tasks = withAt(made.state.tasks, task, { ...before, outcome: { status: "failed" } });
        return { ...made, state: { ...made.state, tasks } };
      },
    },
    breaks: ["final"],
  },
  "a resumed run does not start again what was lost": {
    parts: {
      ...realParts,
      advance: (state, event, planOf) =>
        event.type === "RunResumed" ? { state, commands: [] } : advance(state, event, planOf),
    },
    breaks: ["liveness"],
  },
  "a revision is applied twice": {
    parts: {
      ...realParts,
      advance: (state, event, planOf) => {
        const made = advance(state, event, planOf);
        if (event.type !== "RevisionDecided") return made;
        const again = { ...event, revision: event.revision + 1 };
        return advance(made.state, again, planOf);
      },
    },
    breaks: ["liveness", "revision"],
  },
  "a revision decides again what has begun": {
    parts: {
      ...realParts,
      decideAgain: (previous, input, pinned) =>
        pinned === undefined
          ? realParts.decideAgain(previous, input)
          : realParts.decideAgain(previous, input, new Set([...pinned].slice(0, 1))),
    },
    breaks: ["revision", "final", "crash"],
  },
  "what a signal concerns is not held": {
    parts: {
      ...realParts,
      advance: (state, event, planOf) => {
        const made = advance(state, event, planOf);
        if (event.type !== "SignalReceived") return made;
        const revisions = { ...made.state.revisions, held: new Set<string>() };
        return { ...made, state: { ...made.state, revisions } };
      },
    },
    breaks: ["revision"],
  },
  "what changed is not decided again": {
    parts: {
      ...realParts,
      decideAgain: (previous, input, pinned) => {
        const decided = realParts.decideAgain(previous, input, pinned);
        const kept = previous.blueprint.segments.get("m000");
        if (kept === undefined) return decided;
        const segments = new Map(decided.blueprint.segments).set("m000", kept);
        return { ...decided, blueprint: { ...decided.blueprint, segments } };
      },
    },
    breaks: ["convergence", "up-to-date", "replay", "revision", "crash"],
  },
};
