import type { QueryLineage, TableShape } from "../lineage/query-lineage.ts";
import type { Column } from "../schema/table-schema.ts";
import type { ReachingChange } from "./assessment.ts";
import type { BindResult, SampleDifference } from "./evidence.ts";
import type { ProbeAnswers } from "./probe-answers.ts";

/** All that is known of a model and of the changes that reach it. */
export interface ModelEvidence {
  readonly model: string;
  /** The table or view that it makes, as `schema.table`. */
  readonly table: string;
  /** Of its SQL over the shapes that it was accepted with; `null` when there is none. */
  readonly lineage: QueryLineage | null;
  /** Shapes of the tables that it reads, as it was accepted with them; those not known are left out. */
  readonly inputs: readonly TableShape[];
  /** Its own columns over those shapes; `null` when not known. */
  readonly outputs: readonly Column[] | null;
  /** What reaches it: of its sources, and the `derived` of the models that it reads. In any order. */
  readonly reaching: readonly ReachingChange[];
  /**
   * Of its SQL over the new shapes. `null` when it was not tried, or when a model that it reads did
   * not bind: that is the other model's failure.
   */
  readonly bind: BindResult | null;
  /** `null` when no batch was probed. */
  readonly probes: ProbeAnswers | null;
  readonly sample: SampleDifference | null;
  /** How sure a rename has to be to count as one, 0 to 1. */
  readonly renameThreshold: number;
}
