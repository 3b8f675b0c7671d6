import type { JsonObject } from "../std/json.ts";
import { type EpochMs, formatDurationMs } from "../std/time.ts";
import type { Decided } from "./decided.ts";
import type { SubjectNode } from "./subject-node.ts";

/** What the fallback of an input says to those who read it. */
export interface FallbackSaid {
  readonly source: SubjectNode;
  /** The rules that declare it. */
  readonly rules: readonly string[];
  /** Goes on from "the fallback of …". */
  readonly text: string;
  /** For a fallback whose data is too old: how old that is. */
  readonly tooOld: string | null;
  readonly evidence: JsonObject;
}

/** What a fallback says of a subject; `null` where no rule speaks and the policies of the edges hold. */
export function fallbackOf({ workings }: Decided, subject: string | null): FallbackSaid | null {
  const source = subject === null ? undefined : workings.nodes.get(subject);
  const maxAgeMs = source?.output.fallbackMaxAgeMs;
  if (source === undefined || maxAgeMs === undefined) return null;
  const { committedAt } = source.output;
  const rules = source.outcomes.effects.fallback?.by ?? [];
  const name = `the fallback of ${rules.join(" and ")}`;
  const evidence = { rules, maxAgeMs, committedAt };
  if (committedAt === null) {
    return { source, rules, text: `${name} has nothing good to offer`, tooOld: null, evidence };
  }
  const ageMs = ageAt(workings.context.cycle.now, committedAt);
  const age = formatDurationMs(ageMs);
  const allowed = maxAgeMs === null ? "any age" : formatDurationMs(maxAgeMs);
  return {
    source,
    rules,
    text: `${name} allows ${allowed}, and its data is ${age} old`,
    tooOld: maxAgeMs !== null && ageMs > maxAgeMs ? age : null,
    evidence,
  };
}

function ageAt(now: EpochMs, committedAt: EpochMs): number {
  return Math.max(0, now - committedAt);
}
