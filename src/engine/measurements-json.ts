import type { Measurement } from "../core/project/check.ts";
import type { JsonObject } from "../core/std/json.ts";

/** Measurements as a task's result keeps them. */
export function measurementsJson(measurements: readonly Measurement[]): readonly JsonObject[] {
  return measurements.map(({ gate, rows, failing, onFail }) => ({ gate, rows, failing, onFail }));
}
