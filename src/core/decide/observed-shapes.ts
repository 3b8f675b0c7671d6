import type { Profile } from "../metadata/profile.ts";
import type { ObservedSchema } from "../schema/observed-schema.ts";
import type { SourceDrift } from "./drift-input.ts";

/**
 * What a source looked like before this cycle, where it changed, and what it looks like now: the
 * last. Empty where it was never observed.
 */
export function observedShapes(
  profile: Profile,
  drift: SourceDrift | undefined,
): readonly ObservedSchema[] {
  if (drift !== undefined) {
    const before = drift.open[drift.before]?.version;
    return before === undefined ? [drift.latest] : [before, drift.latest];
  }
  if (profile.arriving.length > 0) return profile.arriving.slice(-1);
  const whole = wholeShape(profile);
  return whole === null ? [] : [whole];
}

/** What a load of all that a source has would read; `null` where that is not known. */
export function wholeShape({ schema, kind, volume }: Profile): ObservedSchema | null {
  if (schema === null) return null;
  return {
    columns: schema.columns.map((column) => ({ ...column, format: null, sketch: null })),
    key: schema.key,
    evidence:
      kind === "table"
        ? { kind: "declared" }
        : { kind: "inferred", from: "csv", rows: volume.rows ?? 0 },
    origin: "",
  };
}
