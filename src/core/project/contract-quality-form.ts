import { z } from "zod";
import type { ContractParts, CustomPropertyForm } from "./contract-part-forms.ts";
import { listNames } from "./did-you-mean.ts";

/** One quality condition of a contract, as far as Sluice acts on it. */
export interface QualityForm {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly metric?: unknown;
  readonly rule?: unknown;
  readonly arguments?: unknown;
  readonly query?: unknown;
  readonly unit?: string | undefined;
  readonly severity?: string | undefined;
  readonly customProperties?: readonly CustomPropertyForm[] | undefined;
  readonly mustBe?: unknown;
  readonly mustNotBe?: unknown;
  readonly mustBeGreaterThan?: unknown;
  readonly mustBeGreaterOrEqualTo?: unknown;
  readonly mustBeLessThan?: unknown;
  readonly mustBeLessOrEqualTo?: unknown;
  readonly mustBeBetween?: unknown;
  readonly mustNotBeBetween?: unknown;
}

const range = z
  .array(z.number())
  .length(2)
  .refine(([low, high]) => low !== high, "must be two different numbers")
  .optional();

const operators = {
  mustBe: z.unknown().optional(),
  mustNotBe: z.unknown().optional(),
  mustBeGreaterThan: z.number().optional(),
  mustBeGreaterOrEqualTo: z.number().optional(),
  mustBeLessThan: z.number().optional(),
  mustBeLessOrEqualTo: z.number().optional(),
  mustBeBetween: range,
  mustNotBeBetween: range,
};
/** How a measured number is compared; a condition has exactly one. */
export const operatorNames = Object.keys(operators);

const metrics = ["nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount"];

const fields = z.record(z.string(), z.unknown());
const implementation = z.union([z.string(), fields]);

/** One entry of `quality`. */
export function contractQualityForm(parts: ContractParts): z.ZodType<QualityForm> {
  const { isLatest, id, custom, definitions, tags } = parts;
  const text = z.string().optional();
  const general = {
    ...id,
    authoritativeDefinitions: definitions.optional(),
    businessImpact: text,
    customProperties: custom.optional(),
    description: text,
    dimension: z
      .enum([
        "accuracy",
        "completeness",
        "conformity",
        "consistency",
        "coverage",
        "timeliness",
        "uniqueness",
      ])
      .optional(),
    method: text,
    name: text,
    schedule: text,
    scheduler: text,
    severity: text,
    tags: tags.optional(),
    type: z.enum(["text", "library", "sql", "custom"]).optional(),
    unit: text,
  };
  if (!isLatest) return z.looseObject(general).superRefine(judgeOlder);
  return z
    .strictObject({
      ...general,
      metric: z.enum(metrics).optional(),
      rule: text,
      arguments: fields.optional(),
      query: text,
      engine: text,
      implementation: implementation.optional(),
      ...operators,
    })
    .superRefine(judgeLatest);
}

/** What a type needs, and what no type of this condition knows. */
function judgeLatest(form: QualityForm, context: z.RefinementCtx): void {
  const given = Object.keys(form);
  const isLibrary = form.type === "library" || form.metric !== undefined;
  const isSql = form.type === "sql";
  const isCustom = form.type === "custom";
  const known = new Set([
    ...(isLibrary ? ["metric", "rule", "arguments", ...operatorNames] : []),
    ...(isSql ? ["query", ...operatorNames] : []),
    ...(isCustom ? ["engine", "implementation"] : []),
  ]);
  const conditional = [
    "metric",
    "rule",
    "arguments",
    "query",
    "engine",
    "implementation",
    ...operatorNames,
  ];
  for (const key of given.filter((name) => conditional.includes(name) && !known.has(name))) {
    report(context, [key], `is not for a quality condition of type \`${form.type ?? "none"}\``, {
      fix: "Add the `type` or `metric` that it belongs to, or remove it.",
    });
  }
  const needed = [
    ...(isLibrary ? ["metric"] : []),
    ...(isSql ? ["query"] : []),
    ...(isCustom ? ["engine", "implementation"] : []),
  ];
  for (const key of needed.filter((name) => !given.includes(name))) {
    report(context, [], `needs \`${key}\``, { fix: `Add \`${key}: …\`.` });
  }
  const compared = given.filter((key) => operatorNames.includes(key));
  if ((isLibrary || isSql) && compared.length !== 1) {
    const fix =
      compared.length === 0
        ? `Add, say, \`mustBe: 0\`; there are ${listNames(operatorNames)}.`
        : `Write ${listNames(compared, "or")} in a condition of its own.`;
    const what = compared.length === 0 ? "has nothing to compare with" : "compares more than once";
    report(context, [], what, { fix });
  }
}

const olderShapes = {
  library: z.looseObject({ rule: z.string(), ...operators }),
  sql: z.looseObject({ query: z.string() }),
  custom: z.looseObject({ engine: z.string(), implementation }),
};

/** In the 3.0 edition a condition without a type is one of the library. */
function judgeOlder(form: QualityForm, context: z.RefinementCtx): void {
  const type = form.type ?? "library";
  if (type !== "library" && type !== "sql" && type !== "custom") return;
  const { error } = olderShapes[type].safeParse(form);
  for (const issue of error?.issues ?? []) {
    const key = issue.path[0];
    const at = typeof key === "string" && Object.hasOwn(form, key) ? [key] : [];
    const what = at.length === 0 ? `needs \`${String(key)}\`` : "does not have the right form";
    report(context, at, what, { fix: `Write \`${String(key)}\` as type \`${type}\` needs it.` });
  }
}

function report(
  context: z.RefinementCtx,
  path: readonly string[],
  message: string,
  params: { readonly fix: string },
): void {
  context.addIssue({ code: "custom", path: [...path], message, params });
}
