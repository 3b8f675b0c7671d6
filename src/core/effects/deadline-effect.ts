import { durationForm, durationMs } from "./duration-form.ts";
import type { EffectSpec } from "./effect-spec.ts";
import { attribute, type EffectOf, type MergeLaw, ofKind, strongest } from "./merge-law.ts";
import { withSafeguards } from "./subject-draft.ts";

const law: MergeLaw = {
  text: "The higher rule priority wins; of equal priority the earlier.",
  merge: (contributions) => {
    const top = strongest(ofKind(contributions, "deadline"));
    if (top.length === 0) return {};
    const earliest = Math.min(...top.map(({ effect }) => effect.afterMs));
    return { deadlineMs: attribute(earliest, top, ({ afterMs }) => afterMs === earliest) };
  },
};

/** When a branch is given up, however many attempts it still has. */
export const deadlineEffect: EffectSpec<EffectOf<"deadline">, typeof durationForm> = {
  kind: "deadline",
  summary:
    "How long after the run's start the subject's tasks must have ended. What has not by then is " +
    "cancelled or never started, and what reads it goes on by the policies of its edges.",
  form: durationForm,
  toEffect: (form) => ({ kind: "deadline", afterMs: durationMs(form) }),
  subjects: ["source", "model"],
  law,
  whenUndetermined: "ignored",
  order: 46,
  shape: (draft, { deadlineMs }) =>
    deadlineMs === null ? draft : withSafeguards(draft, { deadlineMs: deadlineMs.value }),
};
