import type { Blueprint } from "../core/decide/blueprint.ts";
import type { DecideInput } from "../core/decide/decide-input.ts";
import { degradationsOf } from "../core/run/degradations.ts";
import type { RunEvent } from "../core/run/run-event.ts";
import type { DegradedReport } from "./sluice-project.ts";

/** The subjects whose tables a run left as less than they should be, in name order. */
export function degradedOf(
  { blueprint, input }: { readonly blueprint: Blueprint; readonly input: DecideInput },
  events: Iterable<RunEvent>,
): readonly DegradedReport[] {
  const before = (subject: string) => input.history.get(subject)?.degraded ?? null;
  return [...degradationsOf(blueprint, events, before)].flatMap(([subject, degraded]) =>
    degraded === null ? [] : { subject, ...degraded },
  );
}
