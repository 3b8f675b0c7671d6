import { type ChangeJson, changeJson } from "../../core/schema/change-json.ts";
import type { DriftReport, RoutedModel } from "../../engine/drift-report.ts";
import { isoInstant } from "../text/quantity.ts";

/** What `sluice drift --json` prints. Names are kept for ever; fields may be added. */
export interface DriftsJson {
  readonly drifts: readonly DriftJson[];
}

export interface DriftJson extends Pick<DriftReport, "source" | "from" | "to" | "run" | "origin"> {
  readonly at: string;
  readonly changes: readonly ChangeJson[];
  readonly routes: readonly RoutedModel[];
}

/** The JSON form of how schemas changed, the oldest change first. */
export function driftsJson(drifts: readonly DriftReport[]): DriftsJson {
  return {
    drifts: drifts.map(({ source, from, to, at, run, origin, changes, routes }) => ({
      source,
      from,
      to,
      at: isoInstant(at),
      run,
      origin,
      changes: changes.map((change) => changeJson(change)),
      routes,
    })),
  };
}
