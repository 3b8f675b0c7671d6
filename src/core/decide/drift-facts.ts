import { type Assessment, verdicts } from "../compatibility/assessment.ts";
import { checkContract } from "../contracts/check-contract.ts";
import type { SourceSpec } from "../project/project.ts";
import type { DriftFacts, ModelFacts } from "../rules/fact-schema.ts";
import type { SchemaVersion } from "../schema/observed-schema.ts";
import { type ChangeKind, changeKinds, type SchemaChange } from "../schema/schema-change.ts";
import { compareText } from "../std/compare.ts";
import type { EpochMs } from "../std/time.ts";

/** What rules see of a subject that no change of schema reaches. */
export const noDriftFacts: DriftFacts = {
  open: false,
  kinds: [],
  columns: [],
  sources: [],
  rename_confidence: null,
  breaks_contract: false,
  age: null,
};

/** What rules see of a model that no change of schema reaches. */
export const untouched: ModelFacts["compatibility"] = {
  gate: "safe",
  severity: 0,
  score: 1,
  evidence: 0,
};

/** A source that changed, with what it looks like now. */
export interface DriftedSource {
  readonly spec: SourceSpec;
  readonly latest: SchemaVersion;
}

function isBroken({ spec, latest }: DriftedSource): boolean {
  return spec.contract !== null && !checkContract(spec.contract, latest).holds;
}

/** Changes of schema as rules see them. */
export function driftFacts(
  changes: readonly SchemaChange[],
  sources: readonly DriftedSource[],
  time: { readonly since: EpochMs | null; readonly now: EpochMs },
): DriftFacts {
  const kinds = new Set<ChangeKind>(changes.map(({ kind }) => kind));
  const confidences = changes.flatMap((one) => (one.kind === "renamed" ? [one.confidence] : []));
  return {
    open: changes.length > 0,
    kinds: changeKinds.filter((kind) => kinds.has(kind)),
    columns: [...new Set(changes.map(({ column }) => column))]
      .filter((column) => column !== "")
      .sort(compareText),
    sources: sources.map(({ spec }) => spec.name).sort(compareText),
    rename_confidence: confidences.length === 0 ? null : Math.min(...confidences),
    breaks_contract: sources.some(isBroken),
    age: time.since === null ? null : (time.now - time.since) / 1_000,
  };
}

/** An assessment as rules see it. */
export function compatibilityFacts({
  gate,
  score,
  evidence,
}: Assessment): ModelFacts["compatibility"] {
  return { gate, severity: verdicts.indexOf(gate), score, evidence };
}
