import type { Assessment, Stop, Term } from "../../core/compatibility/assessment.ts";
import { type ChangeJson, changeJson } from "../../core/schema/change-json.ts";
import type { WhyReport } from "../../engine/sluice-project.ts";

/** What `sluice why --json` prints. Names are kept for ever; fields may be added. */
export interface WhyJson extends Omit<WhyReport, "assessment"> {
  /** Of a model's transform that open changes of schema reach. */
  readonly assessment?: AssessmentJson;
}

export interface AssessmentJson extends Pick<Assessment, "gate" | "score" | "evidence"> {
  /** The worst first. */
  readonly terms: readonly (Omit<Term, "change"> & { readonly change: ChangeJson })[];
  readonly stops: readonly (Omit<Stop, "change"> & { readonly change: ChangeJson })[];
}

/** The JSON form of why a task runs or does not. */
export function whyJson({ assessment, ...report }: WhyReport): WhyJson {
  if (assessment === null) return report;
  const { gate, score, evidence, terms, stops } = assessment;
  return {
    ...report,
    assessment: { gate, score, evidence, terms: terms.map(told), stops: stops.map(told) },
  };
}

function told<T extends Term | Stop>(one: T): Omit<T, "change"> & { readonly change: ChangeJson } {
  const { change, ...rest } = one;
  return { ...rest, change: changeJson(change) };
}
