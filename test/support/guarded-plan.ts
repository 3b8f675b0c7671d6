import { decide } from "../../src/core/decide/decide.ts";
import type { Decided } from "../../src/core/decide/decided.ts";
import { verdictOn } from "../../src/core/decide/verdict.ts";
import { hashText } from "../../src/core/std/hash.ts";
import type { PlanReport, RunReport } from "../../src/index.ts";
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
import { planReportOf } from "./plan-report.ts";

const ruleSets = rulesOf([
  {
    id: "careful",
    for: "source",
    when: 'source.connection == "shop"',
    then: [
      { retry: { attempts: 5, backoff: "2s", max_backoff: "1m" } },
      { timeout: "10m" },
      { circuit: { failures: 3, cool_down: "30s", probes: 2 } },
      { deadline: "2h" },
      { retain: { versions: 3 } },
      { gate: { name: "some", row_count: { min: 1 }, on_fail: "undo" } },
    ],
  },
  {
    id: "yesterday-will-do",
    for: "source",
    when: 'source.name == "rates"',
    then: [{ fallback: { use: "last_good", max_age: "2d" } }],
  },
  {
    id: "most-will-do",
    for: "source",
    when: 'source.name == "clicks"',
    then: [{ fallback: { use: "partial", min_share: 0.8 } }],
  },
  {
    id: "replica",
    for: "source",
    when: 'source.name == "orders"',
    then: [{ fallback: { use: "alternate", source: "orders_replica" } }],
  },
  { id: "patient", for: "model", when: 'model.name == "revenue"', then: [{ deadline: "3h" }] },
]);

const gone = (source: string, connection: string) =>
  profileOf(source, {
    connection,
    presence: { state: "unreachable", code: "CONNECTION_FAILED", detail: "it does not answer" },
    fingerprint: null,
    schema: null,
    volume: { rows: null, isExact: false, bytes: null, files: null, trend: null },
  });

const shop: Situation = {
  ruleSets,
  sources: [
    sourceSpec("orders", { connection: "shop" }),
    sourceSpec("orders_replica", { connection: "replica", demand: "when_used" }),
    sourceSpec("refunds", { connection: "shop" }),
    sourceSpec("rates"),
    sourceSpec("clicks"),
  ],
  models: [
    modelSpec("revenue", ["orders", "rates"]),
    modelSpec("sessions", ["clicks"]),
    modelSpec("returns", ["refunds"]),
  ],
};

/** A cycle in which every safeguard is asked for, and each fallback is needed. */
export function guardedDecided(): Decided {
  const first = decide(inputOf({ ...shop, at: noon - 24 * hourMs }));
  const changed = profileOf("refunds", { connection: "shop", fingerprint: hashText("bad") });
  const present: Situation = {
    ...shop,
    profiles: [
      gone("orders", "shop"),
      changed,
      gone("rates", "files"),
      profileOf("clicks", {
        fingerprint: hashText("half"),
        volume: { rows: 850, isExact: true, bytes: 8_500, files: 1, trend: null },
      }),
    ],
    history: historyAfter(first).map((entry) => ({
      ...entry,
      usualRows: { mean: 1_000, least: 990 },
    })),
  };
  const refunds = decide(inputOf(present)).workings.nodes.get("refunds");
  const verdict = verdictOn(refunds?.fingerprint ?? "", refunds?.prepared.undoing ?? "");
  const history = (present.history ?? []).map((entry) =>
    entry.subject === "refunds" ? { ...entry, condemned: verdict } : entry,
  );
  return decide(inputOf({ ...present, history }));
}

/** The same as a plan. */
export function guardedPlan(): PlanReport {
  return { ...planReportOf(guardedDecided()), warnings: [] };
}

/** A run that used two fallbacks. */
export function degradedRun(run: RunReport): RunReport {
  const because = "orders is unreachable, and is loaded from orders_replica";
  const rates = "rates is unreachable, and its last good data is read";
  const degraded = [
    { subject: "orders", since: noon - 26 * hourMs, because },
    { subject: "rates", since: noon - hourMs, because: rates },
    { subject: "revenue", since: noon - 25 * hourMs, because },
  ];
  return { run: { ...run.run, degraded } };
}
