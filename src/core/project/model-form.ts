import { z } from "zod";
import { bypassPolicyForm, subjectForms } from "./attribute-forms.ts";
import { checkFormSchema } from "./check-form.ts";
import { durationMsForm } from "./duration-ms-form.ts";
import { nameForm } from "./name-form.ts";
import { scheduleForm } from "./schedule-form.ts";

const reserved = ["raw", "quarantine", "_sluice", "information_schema", "pg_catalog"];

/** The leading block of a model's SQL. */
export const modelForm = z
  .strictObject({
    materialize: z
      .enum(["view", "table"])
      .optional()
      .describe("view (default): computed when read. table: computed when it runs, and stored."),
    schema: nameForm
      .refine((name) => !reserved.includes(name), {
        error: "is a schema that Sluice or the warehouse keeps for itself",
        params: { fix: "Choose another name, or leave it out: `main` is the default." },
      })
      .optional()
      .describe("The warehouse schema that it is built in; main when absent."),
    description: z.string().optional().describe("What it holds."),
    tier: subjectForms.tier.optional(),
    owner: subjectForms.owner.optional(),
    tags: subjectForms.tags.optional(),
    demand: subjectForms.demand.optional(),
    optional: subjectForms.optional.optional(),
    sla: durationMsForm.optional().describe("How soon after the cycle's start it must be ready."),
    schedule: scheduleForm.optional(),
    on_bypass: z
      .union([bypassPolicyForm, z.record(z.string(), bypassPolicyForm)])
      .optional()
      .describe(
        "What it does when an input is not current: skip, last_good, without or hold; or one of " +
          "these for each input by name, and `default` for the others.",
      ),
    checks: z.array(checkFormSchema).optional().describe("What must hold for its rows."),
  })
  .describe("The block that begins a model's SQL file.");

export type ModelForm = z.output<typeof modelForm>;
