import type { z } from "zod";
import type { SubjectKind } from "../project/project.ts";
import type { Effect } from "./effect.ts";
import type { MergeLaw } from "./merge-law.ts";
import type { MergedEffects } from "./merged-effects.ts";
import type { SubjectDraft } from "./subject-draft.ts";

/** Everything that Sluice knows of one kind of effect; docs and schemas are generated from it. */
export interface EffectSpec<E extends Effect, Form extends z.ZodType> {
  readonly kind: E["kind"];
  /** One sentence for people: what a rule gets by asking for it. */
  readonly summary: string;
  /** What people write under its key. */
  readonly form: Form;
  toEffect(form: z.output<Form>): E;
  /** The subjects that it may act on. */
  readonly subjects: readonly SubjectKind[];
  /** Effects that contradict each other share one law. */
  readonly law: MergeLaw;
  /**
   * What holds when a fact that the rule needs is not known. `applied` where leaving it out could
   * let bad data through; `ignored` where applying it could keep good data out.
   */
  readonly whenUndetermined: "applied" | "ignored";
  /** Effects shape tasks from the smallest to the largest. */
  readonly order: number;
  /** What the merged effects of its law do to the subject's tasks. Doing it twice changes nothing more. */
  readonly shape: (draft: SubjectDraft, effects: MergedEffects) => SubjectDraft;
}
