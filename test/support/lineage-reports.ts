import type { ImpactReport, LineageReport } from "../../src/engine/lineage-report.ts";

/** The lineage of a model over flights. */
export function flightsLineage(): LineageReport {
  return {
    table: "main.daily_delays",
    column: null,
    model: "daily_delays",
    columns: [
      {
        name: "carrier",
        from: [{ table: "raw.flights", column: "carrier", how: "identity", absorbs: [] }],
      },
      {
        name: "delay",
        from: [
          { table: "raw.flights", column: "arr_delay", how: "aggregation", absorbs: ["null"] },
          { table: "raw.flights", column: "dep_delay", how: "aggregation", absorbs: [] },
        ],
      },
      { name: "version", from: [] },
    ],
    uses: [
      { table: "raw.flights", column: "carrier", context: "group", literals: null, hasElse: false },
      { table: "raw.weather", column: "*", context: "opaque", literals: null, hasElse: false },
    ],
    unresolved: ["PIVOT over raw.weather is not understood"],
    upstream: null,
    downstream: [
      {
        from: { table: "main.daily_delays", column: "delay" },
        to: { table: "main.worst", column: "worst_delay" },
        how: "aggregation",
        distance: 1,
      },
      {
        from: { table: "main.daily_delays", column: "carrier" },
        to: { table: "main.worst", column: null },
        how: "filter",
        distance: 1,
      },
    ],
  };
}

/** What a change of a column of flights reaches. */
export function flightsImpact(): ImpactReport {
  return {
    table: "raw.flights",
    column: "carrier",
    models: [
      {
        model: "daily_delays",
        table: "main.daily_delays",
        owner: "ops",
        tier: 0,
        distance: 1,
        columns: [{ name: "carrier", how: ["identity"] }],
        uses: ["group"],
        unresolved: [],
      },
      {
        model: "worst",
        table: "main.worst",
        owner: null,
        tier: 2,
        distance: 2,
        columns: [],
        uses: ["filter", "rows"],
        unresolved: ["a window is not understood"],
      },
    ],
  };
}
