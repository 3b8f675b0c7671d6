import { z } from "zod";
import { bypassPolicyForm } from "./attribute-forms.ts";
import { durationMsForm } from "./duration-ms-form.ts";
import { labelForm } from "./name-form.ts";

const slots = z.int().min(1).max(1_000);
const pool = labelForm.describe("A pool's name.");

/** The safeguards of tasks, as templates and `defaults` write them. */
export const safeguardForms = {
  retry: z
    .strictObject({
      attempts: z.int().min(1).max(100).optional().describe("All attempts, the first included."),
      backoff: durationMsForm.optional().describe("Wait before the second attempt; it doubles."),
      max_backoff: durationMsForm.optional().describe("The longest wait."),
    })
    .optional()
    .describe("How often a task is attempted, and how long it waits in between."),
  timeout: durationMsForm.optional().describe("How long one attempt may take."),
  on_bypass: bypassPolicyForm
    .optional()
    .describe(
      "What a model does when an input is not current: skip (it is bypassed too), last_good " +
        "(it runs on what is there), without (on what did arrive), hold (it waits).",
    ),
};

export const poolsForm = z
  .record(labelForm, slots)
  .optional()
  .describe("How many tasks of each pool run at once.");

/** One document of `templates/*.yaml`. */
export const templateForm = z
  .strictObject({
    template: labelForm
      .refine((name) => name !== "standard", {
        error: "is the name of the built-in template",
        params: { fix: "Choose another name, and name it as `template` in sluice.yaml." },
      })
      .describe("The template's name, which sluice.yaml refers to."),
    description: z.string().optional().describe("What it is for."),
    ...safeguardForms,
    pools: poolsForm,
    pool_of: z
      .strictObject({
        extract: pool.optional(),
        load: pool.optional(),
        verify: pool.optional(),
        transform: pool.optional(),
        check: pool.optional(),
      })
      .optional()
      .describe("The pool of each kind of task."),
  })
  .describe(
    "Overrides of the built-in template `standard`; what is not said stays as it is there.",
  );

export type TemplateForm = z.output<typeof templateForm>;
