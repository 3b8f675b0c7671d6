import { decide } from "../../src/core/decide/decide.ts";
import type { Decided } from "../../src/core/decide/decided.ts";
import { decisionsOf } from "../../src/core/decide/decision-of.ts";
import type { PlanReport } from "../../src/engine/sluice-project.ts";
import {
  historyAfter,
  hourMs,
  inputOf,
  modelSpec,
  noon,
  profileOf,
  rulesOf,
  type Situation,
  sourceSpec,
} from "./decide-fixture.ts";

const small = { rows: 3_376, isExact: true, bytes: 210_365, files: 1, trend: null };

const rules = rulesOf(
  [
    {
      id: "backbone-is-tier-0",
      for: "source",
      when: "source.volume.rows > params.large_rows",
      then: [{ classify: { tier: 0, tags: ["backbone"] } }],
    },
    {
      id: "tier-0-first",
      for: "source",
      when: "source.tier == 0",
      then: [{ priority: 100 }, { retry: { attempts: 5, backoff: "1s", max_backoff: "30s" } }],
    },
    {
      id: "split-large",
      for: "source",
      when: "source.volume.rows > params.large_rows",
      then: [{ split: { by: "rows", size: 1_000_000 } }],
    },
    {
      id: "merge-small",
      for: "source",
      when: 'source.kind == "file" && source.volume.bytes < 400000',
      then: [{ merge: { into: "small-files", max: 10 } }],
    },
    {
      id: "leave-unread",
      for: "source",
      when: 'source.origin == "discovered" && source.consumers == 0',
      then: [{ bypass: { because: "no model reads it" } }],
    },
    {
      id: "plausible-delay",
      for: "source",
      when: 'source.schema.columns.exists(column, column == "delay")',
      then: [
        {
          gate: { name: "plausible_delay", expression: "delay >= -120", on_fail: "quarantine" },
        },
      ],
    },
    {
      id: "say-late",
      for: "source",
      when: "source.freshness.lag > source.freshness.expected * 2.0",
      then: [{ notify: { severity: "warning", title: `${"$"}{source.name} is late` } }],
    },
  ],
  { large_rows: 1_000_000 },
);

const situation: Situation = {
  ruleSets: rules,
  sources: [
    sourceSpec("flights", { cadenceMs: 24 * hourMs }),
    sourceSpec("airports", {
      gates: [
        {
          name: "iata_known",
          check: { kind: "not_null", column: "iata" },
          onFail: "fail",
          by: null,
        },
      ],
    }),
    sourceSpec("seattle_weather", { cadenceMs: hourMs }),
    sourceSpec("bird_strikes"),
    sourceSpec("flights_200k", { origin: "discovered", demand: "when_used" }),
    sourceSpec("notes", { origin: "discovered" }),
    sourceSpec("tickets", { connection: "booking" }),
  ],
  profiles: [
    profileOf("flights", {
      volume: { rows: 3_000_000, isExact: true, bytes: 64_123_456, files: 1, trend: null },
      schema: { columns: [{ name: "delay", type: "SMALLINT", nullable: true }], key: [] },
      cadence: { declaredMs: 24 * hourMs, observedMs: null },
    }),
    profileOf("airports", { volume: small }),
    profileOf("seattle_weather", {
      volume: { ...small, rows: 1_461, bytes: 48_219 },
      cadence: { declaredMs: hourMs, observedMs: null },
      changedAt: noon - 3 * hourMs,
    }),
    profileOf("bird_strikes", { volume: { ...small, rows: 10_000, bytes: 1_223_329 } }),
    profileOf("flights_200k", { volume: { ...small, rows: 231_083, bytes: 9_863_892 } }),
    profileOf("notes", { volume: { ...small, rows: 12, bytes: 300 } }),
    profileOf("tickets", {
      connection: "booking",
      kind: "table",
      presence: {
        state: "unreachable",
        code: "CONNECTION_FAILED",
        detail: "connect ECONNREFUSED 10.0.0.7:5432",
      },
      volume: { rows: null, isExact: false, bytes: null, files: null, trend: null },
      fingerprint: null,
      schema: null,
      changedAt: null,
    }),
  ],
  models: [
    modelSpec("departures", ["flights"], { materialize: "view", tags: ["staging"] }),
    modelSpec("daily_delays", ["departures", "airports"], {
      tier: 1,
      slaMs: 2 * hourMs,
      gates: [
        {
          name: "day_unique",
          check: { kind: "unique", columns: ["day", "origin"] },
          onFail: "warn",
          by: null,
        },
      ],
    }),
    modelSpec("weather_delays", ["departures", "seattle_weather"]),
    modelSpec("strikes_by_state", ["bird_strikes"]),
    modelSpec("revenue", ["tickets", "daily_delays"]),
  ],
};

/**
 * A cycle over flights and what belongs to them: most of it is new, the bird strikes are as they
 * were, a database is not reached, two found files are not wanted, and a rule lacks a fact.
 */
export function flightsPlan(): PlanReport {
  return planReportOf(flightsDecided());
}

/** The same with its workings, for explanations. */
export function flightsDecided(): Decided {
  const known = ["bird_strikes", "strikes_by_state"];
  const first = decide(inputOf({ ...situation, at: noon - 24 * hourMs }));
  return decide(
    inputOf({
      ...situation,
      history: historyAfter(first).filter(({ subject }) => known.includes(subject)),
    }),
  );
}

/** The same cycle an hour after everything that it asked for has succeeded. */
export function upToDatePlan(): PlanReport {
  const present: Situation = {
    ...situation,
    sources: (situation.sources ?? []).filter(({ name }) => name !== "tickets"),
    models: (situation.models ?? []).filter(({ name }) => name !== "revenue"),
  };
  const first = decide(inputOf(present));
  return planReportOf(
    decide(inputOf({ ...present, at: noon + hourMs, history: historyAfter(first) })),
  );
}

/** A cycle over many sources of one kind. */
export function widePlan(count: number): PlanReport {
  const names = Array.from({ length: count }, (_, index) => `feed_${index}`);
  const sources = names.map((name) => sourceSpec(name));
  return planReportOf(decide(inputOf({ ruleSets: rules, sources })));
}

/** A decision as a plan, with one warning. */
export function planReportOf(decided: Decided): PlanReport {
  return {
    record: decided.record,
    blueprint: decided.blueprint,
    decisions: [...decisionsOf(decided)],
    snapshot: decided.input.snapshot,
    summary: decided.summary,
    ruleSets: decided.input.ruleSets.map(({ id, name }) => ({ id, name })),
    template: decided.input.template.name,
    negotiations: [...decided.input.drift.negotiations.values()],
    warnings: [
      {
        code: "source-uncovered",
        severity: "warning",
        message: "No rule speaks of tickets.",
        location: { file: "connections/booking.yaml", line: 3, column: 5 },
        fix: "Widen a rule's condition.",
      },
    ],
  };
}
