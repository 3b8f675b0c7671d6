import { compareText } from "../std/compare.ts";
import type { Contribution } from "./effect.ts";
import { effectKinds, effectSpecs } from "./effect-specs.ts";
import type { Conflict, MergedEffects, Notification } from "./merged-effects.ts";
import { uniteNotifications } from "./notify-effect.ts";
import type { SubjectDraft } from "./subject-draft.ts";

/** What holds where no rule spoke. */
export const noEffects: MergedEffects = {
  classify: null,
  activation: null,
  route: null,
  renameConfidence: null,
  grouping: null,
  gates: [],
  retry: null,
  timeoutMs: null,
  pool: null,
  priority: null,
  fallback: null,
  circuit: null,
  deadlineMs: null,
  retain: null,
  slaMs: null,
  cadenceMs: null,
  tags: null,
  notifications: [],
  conflicts: [],
};

const laws = [...new Set(effectKinds.map((kind) => effectSpecs[kind].law))];

/**
 * One subject's effects by the laws of their kinds. The result depends on the set of contributions
 * alone, never on their order. Each conflict is recorded, and told to people.
 */
export function mergeEffects(contributions: readonly Contribution[]): MergedEffects {
  if (contributions.length === 0) return noEffects;
  const parts = laws.map((law) => law.merge(contributions));
  const conflicts = parts
    .flatMap((part) => part.conflicts ?? [])
    .sort((left, right) => compareText(left.effect, right.effect));
  const merged: MergedEffects = Object.assign({}, noEffects, ...parts, { conflicts });
  if (conflicts.length === 0) return merged;
  const alerts = conflicts.map(conflictAlert);
  return { ...merged, notifications: uniteNotifications([...merged.notifications, ...alerts]) };
}

function conflictAlert({ effect, rules, outcome }: Conflict): Notification {
  return {
    severity: effect === "bypass" ? "critical" : "warning",
    title: `Rules contradict each other about ${effect}: ${rules.join(", ")}. Outcome: ${outcome}`,
    by: rules[0] ?? "",
  };
}

/** The contributions of undetermined rules that hold all the same, because leaving them out could let bad data through. */
export function heldInDoubt(contributions: readonly Contribution[]): readonly Contribution[] {
  return contributions.filter(
    ({ effect }) => effectSpecs[effect.kind].whenUndetermined === "applied",
  );
}

/** Applies merged effects to a subject's tasks, each kind in its order. */
export function shapeDraft(draft: SubjectDraft, effects: MergedEffects): SubjectDraft {
  return effectKinds.reduce((shaped, kind) => effectSpecs[kind].shape(shaped, effects), draft);
}
