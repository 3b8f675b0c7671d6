import { z } from "zod";
import type { Effect, EffectKind } from "./effect.ts";
import { type EffectFormSchemas, effectKinds, effectSpecs } from "./effect-specs.ts";

/** The schema of one kind's arguments, with what the effect does as its description. */
function described<Form extends z.ZodType>(spec: {
  readonly summary: string;
  readonly form: Form;
}): z.ZodOptional<Form> {
  const { summary, form } = spec;
  return z.optional(form.describe([summary, form.description ?? ""].join(" ").trim()));
}

/** An effect as people write it: a map with one key, its kind. */
export const effectFormSchema = z
  .strictObject({
    classify: described(effectSpecs.classify),
    activate: described(effectSpecs.activate),
    bypass: described(effectSpecs.bypass),
    route: described(effectSpecs.route),
    rename: described(effectSpecs.rename),
    merge: described(effectSpecs.merge),
    split: described(effectSpecs.split),
    gate: described(effectSpecs.gate),
    retry: described(effectSpecs.retry),
    timeout: described(effectSpecs.timeout),
    pool: described(effectSpecs.pool),
    priority: described(effectSpecs.priority),
    fallback: described(effectSpecs.fallback),
    circuit: described(effectSpecs.circuit),
    deadline: described(effectSpecs.deadline),
    retain: described(effectSpecs.retain),
    sla: described(effectSpecs.sla),
    cadence: described(effectSpecs.cadence),
    tag: described(effectSpecs.tag),
    notify: described(effectSpecs.notify),
  } satisfies { [K in EffectKind]: z.ZodType })
  .superRefine((form, context) => {
    const given = Object.keys(form);
    if (given.length === 1) return;
    context.addIssue({
      code: "custom",
      message:
        given.length === 0
          ? `An effect is one of ${effectKinds.join(", ")}`
          : `An effect has one key; here are ${given.join(" and ")}: write one list entry each`,
      params: {
        fix:
          given.length === 0
            ? "Write, say, `- activate: {}`."
            : `Write ${given.map((key) => `\`- ${key}: …\``).join(" and ")}.`,
      },
    });
  });

export type EffectForm = z.infer<typeof effectFormSchema>;

/** A parsed effect in canonical form. */
export function toEffect(form: EffectForm): Effect {
  for (const kind of effectKinds) {
    const effect = convert(kind, form);
    if (effect !== null) return effect;
  }
  throw new TypeError("An effect form without a kind does not pass its schema");
}

function convert(kind: EffectKind, form: EffectForm): Effect | null {
  const given = form[kind];
  return given === undefined ? null : convertKind(kind, given);
}

function convertKind<K extends EffectKind>(kind: K, form: z.output<EffectFormSchemas[K]>): Effect {
  return effectSpecs[kind].toEffect(form);
}
