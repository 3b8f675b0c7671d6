import { z } from "zod";
import { hashOf } from "../std/hash.ts";
import type { Check, Gate } from "./check.ts";

const column = z.string().min(1);
const onFail = z.enum(["fail", "undo", "quarantine", "warn"]);

/** The keys of which a check has exactly one: its kind. */
const kinds = {
  not_null: column.describe("A column that holds a value in every row."),
  unique: z
    .union([column, z.array(column).min(1)])
    .describe("A column, or columns together, that no two rows share."),
  accepted_values: z
    .strictObject({
      column: column.describe("The column to look at."),
      values: z
        .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
        .min(1)
        .describe("The values that it may hold."),
    })
    .describe("A column that holds only the listed values."),
  relationships: z
    .strictObject({
      column: column.describe("The column to look at."),
      to: z.string().min(1).describe("A source or model, or a table as `schema.table`."),
      field: column.describe("The column there that must hold its values."),
    })
    .describe("A column whose every value is in a column of another table."),
  row_count: z
    .strictObject({
      min: z.int().min(0).optional().describe("The fewest rows."),
      max: z.int().min(0).optional().describe("The most rows."),
    })
    .refine(({ min, max }) => min !== undefined || max !== undefined, {
      error: "needs `min`, `max` or both",
      params: { fix: "Write, say, `row_count: { min: 1 }`." },
    })
    .refine(({ min, max }) => min === undefined || max === undefined || min <= max, {
      error: "`min` is larger than `max`, so no table can pass",
      params: { fix: "Swap them, or remove one." },
    })
    .describe("Bounds of the number of rows, both inclusive."),
  expression: z
    .string()
    .trim()
    .min(1)
    .describe("A SQL condition over one row; a row passes only when it is true."),
};

const kindNames = Object.keys(kinds);

/**
 * A check as people write it in sources, models and rules: one kind with its arguments, and
 * optionally a name and what a failure does.
 */
export const checkFormSchema = z
  .strictObject({
    not_null: kinds.not_null.optional(),
    unique: kinds.unique.optional(),
    accepted_values: kinds.accepted_values.optional(),
    relationships: kinds.relationships.optional(),
    row_count: kinds.row_count.optional(),
    expression: kinds.expression.optional(),
    name: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_-]*$/, "A name is letters, digits, `_` and `-`")
      .optional()
      .describe("Shown in plans and quarantine reasons; made from the check when absent."),
    on_fail: onFail
      .optional()
      .describe(
        "fail (default): nothing is committed. quarantine: failing rows of a source are set " +
          "aside, the others loaded. undo: measured after the commit, and undone to the version " +
          "before. warn: measured and shown.",
      ),
  })
  .superRefine((form, context) => {
    const given = Object.keys(form).filter((key) => kindNames.includes(key));
    if (given.length === 1) return;
    const options = kindNames.join(", ");
    context.addIssue({
      code: "custom",
      message:
        given.length === 0
          ? `A check needs one of ${options}`
          : `A check is one of ${options}; here are ${given.join(" and ")}: write one entry each`,
      params: {
        fix:
          given.length === 0
            ? "Write, say, `- not_null: <column>`."
            : `Write ${given.map((key) => `\`- ${key}: …\``).join(" and ")} as entries of their own.`,
      },
    });
  });

export type CheckForm = z.infer<typeof checkFormSchema>;

/**
 * A parsed check in canonical form.
 * @param by the rule that asks for it (`<set>/<rule>`), or `null` when declared in the project.
 */
export function toGate(form: CheckForm, by: string | null): Gate {
  const check = toCheck(form);
  return { name: form.name ?? gateName(check), check, onFail: form.on_fail ?? "fail", by };
}

/** The check alone, without name and consequence. */
function toCheck(form: CheckForm): Check {
  if (form.not_null !== undefined) return { kind: "not_null", column: form.not_null };
  if (form.unique !== undefined) return { kind: "unique", columns: [form.unique].flat() };
  if (form.accepted_values !== undefined)
    return { kind: "accepted_values", ...form.accepted_values };
  if (form.relationships !== undefined) return { kind: "relationships", ...form.relationships };
  if (form.row_count !== undefined) {
    const { min = null, max = null } = form.row_count;
    return { kind: "row_count", min, max };
  }
  if (form.expression !== undefined) return { kind: "expression", sql: form.expression };
  throw new TypeError("A check form without a kind does not pass its schema");
}

/** The name of a check that was given none: its kind and columns, in words that fit a table's cell. */
export function gateName(check: Check): string {
  switch (check.kind) {
    case "not_null":
    case "accepted_values":
    case "relationships":
      return `${check.kind}_${check.column}`;
    case "unique":
      return `unique_${check.columns.join("_")}`;
    case "row_count":
      return "row_count";
    case "expression":
      return `expression_${hashOf(check.sql).slice(0, 8)}`;
  }
}
