import type { Decided } from "../../src/core/decide/decided.ts";
import { proposeChanges } from "../../src/core/decide/propose-changes.ts";
import { defaultRoutes } from "../../src/core/rules/default-routes.ts";
import { hashText } from "../../src/core/std/hash.ts";
import type { PlanReport } from "../../src/engine/sluice-project.ts";
import { hourMs, modelSpec, noon, profileOf, run, sourceSpec } from "./decide-fixture.ts";
import { driftInput, driftOf, exposureOf, lineageOf, versionOf } from "./drift-fixture.ts";
import { planReportOf } from "./plan-report.ts";

const drifts = [
  driftOf(
    "sales",
    versionOf("id BIGINT!", "Province/State VARCHAR", "Confirmed BIGINT"),
    versionOf("id BIGINT!", "Province_State VARCHAR", "Confirmed BIGINT", "FIPS VARCHAR"),
  ),
  driftOf(
    "payments",
    versionOf("id BIGINT!", "amount BIGINT", "note VARCHAR"),
    versionOf("id BIGINT!", "amount VARCHAR", "note VARCHAR"),
  ),
  driftOf(
    "stock",
    versionOf("item BIGINT!", "shelf VARCHAR", "count BIGINT", "site VARCHAR", "bay BIGINT"),
    versionOf("week DATE", "turnover DOUBLE", "margin DOUBLE"),
  ),
  driftOf(
    "weather",
    versionOf("day DATE", "rain DOUBLE"),
    versionOf("day DATE", "rain DOUBLE", "wind DOUBLE"),
  ),
];

const exposures = [
  exposureOf(
    "by_province",
    lineageOf({
      out: {
        province: "raw.sales.Province/State",
        confirmed: ["raw.sales.Confirmed", "aggregation"],
      },
      uses: [["group", "raw.sales.Province/State"]],
    }),
  ),
  exposureOf(
    "revenue",
    lineageOf({
      out: { total: ["raw.payments.amount", "aggregation"], note: "raw.payments.note" },
    }),
  ),
  exposureOf(
    "inventory",
    lineageOf({ out: { item: "raw.stock.item", count: ["raw.stock.count", "aggregation"] } }),
  ),
  exposureOf("climate", lineageOf({ out: { day: "raw.weather.day", rain: "raw.weather.rain" } })),
  exposureOf(
    "dashboard",
    lineageOf({
      out: { total: "main.revenue.total", province: "main.by_province.province" },
    }),
  ),
];

function decidedOn(at: number, negotiations: Parameters<typeof driftInput>[2]): Decided {
  return run({
    at,
    sources: drifts.map(({ source }) => sourceSpec(source)),
    profiles: drifts.map(({ source }) => profileOf(source, { fingerprint: hashText(source) })),
    models: [
      modelSpec("by_province", ["sales"]),
      modelSpec("revenue", ["payments"], { owner: "finance" }),
      modelSpec("inventory", ["stock"]),
      modelSpec("climate", ["weather"]),
      modelSpec("dashboard", ["revenue", "by_province"]),
    ],
    ruleSets: [defaultRoutes],
    drift: driftInput(drifts, exposures, negotiations),
  });
}

/**
 * A cycle in which four sources have drifted: one model reads on through an adapter, one waits for
 * an answer since yesterday, one is stopped, and one takes the new shape as it is.
 */
export function driftDecided(): Decided {
  const yesterday = decidedOn(noon - 24 * hourMs, []);
  return decidedOn(noon, proposeChanges(yesterday));
}

/** The same as a plan. */
export function driftPlan(): PlanReport {
  return planReportOf(driftDecided());
}
