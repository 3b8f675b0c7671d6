import { z } from "zod";
import { checkFormSchema } from "./check-form.ts";
import { durationMsForm } from "./duration-ms-form.ts";
import { nameForm } from "./name-form.ts";
import { scheduleForm } from "./schedule-form.ts";

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

const columnsForm = z.union([
  z
    .string()
    .min(1)
    .transform((column) => [column]),
  z.array(z.string().min(1)),
]);

/** What people may write of how a table is loaded, beside strategy and key. */
const loadForms = {
  partition_by: columnsForm.describe(
    "The column, or columns together, whose values name a partition; needed by partition.",
  ),
  deletes: z
    .discriminatedUnion("by", [
      z.strictObject({
        by: z.literal("comparison").describe("Keys that a complete read no longer has."),
        max_share: z
          .number()
          .gt(0)
          .max(1)
          .default(0.5)
          .describe("The largest share of all keys that one load may remove; more is refused."),
      }),
      z.strictObject({
        by: z.literal("column").describe("Rows that a column marks as deleted."),
        column: z.string().min(1).describe("The column that marks them."),
        value: z
          .union([z.string(), z.number(), z.boolean()])
          .optional()
          .describe("What it says of deleted rows; anything but NULL and false when absent."),
      }),
    ])
    .describe("How rows leave that the source no longer has; with merge and history."),
  look_back: z
    .union([
      durationMsForm.transform((ms) => ({ is: "time" as const, value: ms })),
      z
        .number()
        .positive()
        .transform((units) => ({ is: "units" as const, value: units })),
    ])
    .describe(
      "How far behind its cursor a source is read again, for rows that commit late: a duration, " +
        "or a number for a cursor that counts.",
    ),
  event_time: z
    .string()
    .min(1)
    .describe("The column that says since when a row holds; for history."),
  retain: z
    .strictObject({
      versions: z.int().min(1).max(100).describe("Versions before the current one."),
    })
    .describe("How many versions of the table are kept, so that a load can be undone."),
};

/** What people may write for a source beside its locator. */
export const sourceAttributesForm = z.strictObject({
  strategy: z
    .enum(["replace", "append", "merge", "partition", "history"])
    .optional()
    .describe(
      "How a load changes the table: all of it, its end, the rows of its key, whole partitions, " +
        "or the versions of its key.",
    ),
  key: columnsForm
    .optional()
    .describe("The column, or columns together, that identify a row; needed by merge and history."),
  partition_by: loadForms.partition_by.optional(),
  deletes: loadForms.deletes.optional(),
  look_back: loadForms.look_back.optional(),
  event_time: loadForms.event_time.optional(),
  retain: loadForms.retain.optional(),
  tier: subjectForms.tier.optional(),
  owner: subjectForms.owner.optional(),
  tags: subjectForms.tags.optional(),
  cadence: durationMsForm.optional().describe("How often new data is expected."),
  demand: subjectForms.demand.optional(),
  optional: subjectForms.optional.optional(),
  checks: z.array(checkFormSchema).optional().describe("What must hold for its rows."),
});

export type SourceAttributesForm = z.output<typeof sourceAttributesForm>;

/** What only a declared source has: its name, for its rows land in `raw.<name>`, and its timetable. */
export const declaredSourceForm = z.strictObject({
  name: nameForm.describe("Its rows land in the table raw.<name>."),
  schedule: scheduleForm.optional(),
});
