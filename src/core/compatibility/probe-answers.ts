import { canonicalJson } from "../std/canonical-json.ts";
import type { Probe, ProbeResult } from "./evidence.ts";

/** What the probes of staged batches found, by the table that each batch is for (`schema.table`). */
export type ProbeAnswers = ReadonlyMap<string, readonly ProbeResult[]>;

/**
 * The answer to a probe, or `null` when it was not asked. That no value is outside of some members
 * answers for more members too.
 */
export function answerTo(
  answers: ProbeAnswers | null,
  table: string,
  probe: Probe,
): ProbeResult | null {
  const wanted = probeId(probe);
  const given = answers?.get(table) ?? [];
  return (
    given.find((answer) => probeId(answer.probe) === wanted) ??
    given.find((answer) => answer.hits === 0 && isNarrower(answer.probe, probe)) ??
    null
  );
}

function isNarrower(asked: Probe, wanted: Probe): boolean {
  return (
    asked.kind === "new_members" &&
    wanted.kind === "new_members" &&
    asked.column === wanted.column &&
    asked.known.every((member) => wanted.known.includes(member))
  );
}

/** Two probes of equal id ask the same. */
export function probeId(probe: Probe): string {
  return canonicalJson(probe);
}
