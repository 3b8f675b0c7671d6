import { canonicalJson } from "../std/canonical-json.ts";
import type { Probe, ProbeResult } from "./evidence.ts";

/** What the probes of staged batches found, by the table that each batch is for (`schema.table`). */
export type ProbeAnswers = ReadonlyMap<string, readonly ProbeResult[]>;

/** The answer to exactly this probe, or `null` when it was not asked. */
export function answerTo(
  answers: ProbeAnswers | null,
  table: string,
  probe: Probe,
): ProbeResult | null {
  const wanted = probeId(probe);
  return answers?.get(table)?.find((answer) => probeId(answer.probe) === wanted) ?? null;
}

/** Two probes of equal id ask the same. */
export function probeId(probe: Probe): string {
  return canonicalJson(probe);
}
