import { z } from "zod";
import { activationLaw } from "./activation-law.ts";
import type { EffectSpec } from "./effect-spec.ts";
import type { EffectOf } from "./merge-law.ts";

const form = z.union([z.literal(true), z.strictObject({})]);

/** Holds against a bypass of lower priority, and against nobody asking for the subject. */
export const activateEffect: EffectSpec<EffectOf<"activate">, typeof form> = {
  kind: "activate",
  summary:
    "Runs the subject although a rule of lower priority bypasses it or nothing demands it. " +
    "What is up to date still has nothing to do.",
  form,
  toEffect: () => ({ kind: "activate" }),
  subjects: ["source", "model"],
  law: activationLaw,
  whenUndetermined: "ignored",
  order: 10,
  shape: (draft, { activation }) =>
    activation?.value.state === "activate" ? { ...draft, activation: { state: "forced" } } : draft,
};
