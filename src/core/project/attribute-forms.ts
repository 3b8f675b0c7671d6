import { z } from "zod";
import { checkFormSchema } from "./check-form.ts";
import { durationMsForm } from "./duration-ms-form.ts";
import { nameForm } from "./name-form.ts";

/** How an edge behaves when what it brings is not current. */
export const bypassPolicyForm = z.enum(["skip", "last_good", "without", "hold"]);

/** What sources and models have in common. */
export const subjectForms = {
  tier: z.int().min(0).max(9).describe("How much depends on it: 0 is the most critical."),
  owner: z.string().min(1).describe("The person or team to ask."),
  tags: z.array(z.string().min(1)).describe("Words that rules can ask for."),
  demand: z
    .enum(["always", "when_used"])
    .describe("Runs for its own sake, or only when something that runs reads it."),
  optional: z
    .boolean()
    .describe(
      "May be left out when the machine is under the heaviest pressure, unless its tier is 0 or " +
        "something that is not optional reads it.",
    ),
};

/** What people may write for a source beside its locator. */
export const sourceAttributesForm = z.strictObject({
  strategy: z
    .enum(["replace", "append", "merge"])
    .optional()
    .describe("How a load changes the table: all of it, its end, or the rows of its key."),
  key: z
    .union([
      z
        .string()
        .min(1)
        .transform((column) => [column]),
      z.array(z.string().min(1)),
    ])
    .optional()
    .describe("The column, or columns together, that identify a row; needed by merge."),
  tier: subjectForms.tier.optional(),
  owner: subjectForms.owner.optional(),
  tags: subjectForms.tags.optional(),
  cadence: durationMsForm.optional().describe("How often new data is expected."),
  demand: subjectForms.demand.optional(),
  optional: subjectForms.optional.optional(),
  checks: z.array(checkFormSchema).optional().describe("What must hold for its rows."),
});

export type SourceAttributesForm = z.output<typeof sourceAttributesForm>;

/** The name of a declared source; its rows land in `raw.<name>`. */
export const sourceNameForm = z.strictObject({
  name: nameForm.describe("Its rows land in the table raw.<name>."),
});
