import { z } from "zod";
import { durationForm, durationMs } from "./duration-form.ts";
import type { EffectSpec } from "./effect-spec.ts";
import { type EffectOf, type MergeLaw, ofKind, rulesOf, strongest } from "./merge-law.ts";
import { withSafeguards } from "./subject-draft.ts";

const form = z
  .strictObject({
    attempts: z.int().min(1).max(100).describe("All attempts, the first included."),
    backoff: durationForm.default("1s").describe("Wait before the second attempt; it doubles."),
    max_backoff: durationForm.default("1m").describe("The longest wait."),
  })
  .refine((given) => durationMs(given.backoff) <= durationMs(given.max_backoff), {
    error: "`backoff` is longer than `max_backoff`",
    params: { fix: "Swap them, or remove one." },
  });

const law: MergeLaw = {
  text: "The higher rule priority wins; of equal priority the safer: more attempts, longer waits.",
  merge: (contributions) => {
    const top = strongest(ofKind(contributions, "retry"));
    if (top.length === 0) return {};
    const largest = (field: "attempts" | "backoffMs" | "backoffMsMax") =>
      Math.max(...top.map(({ effect }) => effect[field]));
    const value = {
      attempts: largest("attempts"),
      backoffMs: largest("backoffMs"),
      backoffMsMax: largest("backoffMsMax"),
    };
    return { retry: { value, by: rulesOf(top) } };
  },
};

/** How often a failed attempt is made again, and how long it waits. */
export const retryEffect: EffectSpec<EffectOf<"retry">, typeof form> = {
  kind: "retry",
  summary: "How often a task is attempted, and how long it waits in between.",
  form,
  toEffect: ({ attempts, backoff, max_backoff }) => ({
    kind: "retry",
    attempts,
    backoffMs: durationMs(backoff),
    backoffMsMax: durationMs(max_backoff),
  }),
  subjects: ["source", "model"],
  law,
  whenUndetermined: "ignored",
  order: 40,
  shape: (draft, { retry }) =>
    retry === null ? draft : withSafeguards(draft, { retry: retry.value }),
};
