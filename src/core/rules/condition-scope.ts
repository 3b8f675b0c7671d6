import { z } from "zod";
import type { ConditionScope } from "../conditions/condition.ts";
import type { SubjectKind } from "../project/project.ts";
import {
  capacityFactSchema,
  driftFactSchema,
  modelFactSchema,
  sourceFactSchema,
} from "./fact-schema.ts";
import type { ParamValue } from "./rule-set.ts";

/** What a rule for a kind of subject may read: its facts, `drift`, `now`, `capacity` and its set's `params`. */
export function conditionScope(
  kind: SubjectKind,
  params: Readonly<Record<string, ParamValue>>,
): ConditionScope {
  const facts = kind === "source" ? { source: sourceFactSchema } : { model: modelFactSchema };
  return {
    variables: {
      ...facts,
      now: z.number().meta({ cel: "timestamp" }),
      capacity: capacityFactSchema,
      drift: driftFactSchema,
      params: z.strictObject(
        Object.fromEntries(Object.entries(params).map(([name, value]) => [name, schemaOf(value)])),
      ),
    },
  };
}

function schemaOf(value: ParamValue): z.ZodType {
  if (typeof value === "string") return z.string();
  if (typeof value === "boolean") return z.boolean();
  if (typeof value === "number") return Number.isSafeInteger(value) ? z.int() : z.number();
  return z.array(z.string());
}
