import { expect, test } from "vitest";
import type { RuleSet } from "../../src/core/rules/rule-set.ts";
import type { Scenario } from "../../src/core/scenarios/scenario.ts";
import { simulateScenario } from "../../src/simulate/scenario/simulate-scenario.ts";
import {
  hourMs,
  modelSpec,
  noon,
  rulesOf,
  sourceSpec,
  testTemplate,
} from "../support/decide-fixture.ts";

const dayMs = 24 * hourMs;

const calm: Scenario = {
  name: "calm",
  description: "",
  subjects: { kind: "project" },
  cycles: 6,
  everyMs: dayMs,
  startAt: noon,
  seed: 1,
  profiles: [],
  tasks: [{ tasks: ["*"], medianMs: 10_000, spread: 0, msPerThousandRows: 0 }],
  events: [],
  faults: { perCycle: 0, kinds: null },
  drill: [],
};

const project = {
  sources: [sourceSpec("orders"), sourceSpec("customers")],
  models: [
    modelSpec("daily", ["orders"], { tier: 0, slaMs: 2 * hourMs }),
    modelSpec("value", ["daily", { subject: "customers", onBypass: "last_good" }]),
  ],
  template: testTemplate,
};

function play(change: Partial<Scenario>, ruleSets: readonly RuleSet[] = []) {
  const report = simulateScenario({
    scenario: { ...calm, ...change },
    project,
    variants: [
      { name: "current", ruleSets },
      { name: "static", ruleSets: null },
    ],
    recorded: [],
  });
  const [dynamic, fixed] = report.variants;
  if (dynamic === undefined || fixed === undefined) throw new Error("there are two variants");
  expect(report.violations).toEqual([]);
  return { report, dynamic, fixed };
}

test("the same scenario gives the same report", () => {
  const stormy = { faults: { perCycle: 2, kinds: null }, profiles: [profile("*", { late: 0.3 })] };
  expect(play(stormy).report).toEqual(play(stormy).report);
});

function profile(sources: string, change: Partial<Scenario["profiles"][number]>) {
  const usual = { rows: 10_000, growth: 1, changes: 1, late: 0, lateByMs: 3 * hourMs };
  return { sources: [sources], ...usual, drift: 0, missing: 0, badRows: 0, ...change };
}

test("where a source rarely changes, less is run than by the fixed graph", () => {
  const { dynamic, fixed } = play({ profiles: [profile("customers", { changes: 0 })] });
  // Six cycles of two sources with three tasks and two models with two: nothing else was asked for.
  expect(fixed.tasksRun).toBe(6 * (2 * 3 + 2 * 2));
  expect(dynamic.tasksRun).toBe(fixed.tasksRun - 5 * 3);
  expect(dynamic.computeMs).toBeLessThan(fixed.computeMs);
});

test("what comes late is not waited for until the next day", () => {
  const late = { kind: "source", cycle: 3, source: "orders", event: "late", share: 1 } as const;
  const { dynamic, fixed } = play({ events: [{ ...late, forMs: 5 * hourMs }] });
  expect(fixed.latencyMs["0"]?.p95).toBeGreaterThan(15 * hourMs);
  expect(dynamic.latencyMs["0"]?.p95).toBeLessThan(hourMs);
  expect(dynamic.slaMisses).toBeLessThan(fixed.slaMisses);
});

test("a source that is away keeps nobody from running whose edge says so", () => {
  const away = { kind: "source", cycle: 3, source: "customers", event: "missing" } as const;
  const { dynamic, fixed } = play({ events: [{ ...away, share: 1, forMs: 20 * hourMs }] });
  expect(dynamic).toMatchObject({ failures: 1, failuresContained: 1 });
  expect(fixed).toMatchObject({ failures: 1, failuresContained: 0 });
});

test("bad rows are served where no gate stands before them", () => {
  const bad = { kind: "source", cycle: 2, source: "orders", event: "bad_rows" } as const;
  const gate = { gate: { not_null: "id", on_fail: "quarantine" } } as const;
  const guarded = rulesOf([{ id: "guard", for: "source", when: "true", then: [gate] }]);
  const { dynamic, fixed } = play({ events: [{ ...bad, share: 1, forMs: null }] }, guarded);
  expect(dynamic.badRowsServed).toBe(0);
  expect(fixed.badRowsServed).toBeGreaterThan(0);
});

test("a made up project stands a storm", () => {
  const subjects = { kind: "generated", sources: 20, models: 30 } as const;
  const { dynamic } = play({ subjects, cycles: 8, faults: { perCycle: 6, kinds: null } });
  expect(dynamic.tasksRun).toBeGreaterThan(300);
});
