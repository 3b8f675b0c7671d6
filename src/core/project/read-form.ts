import type { z } from "zod";
import { closestName } from "../std/closest-name.ts";
import { explainIssue, type FormContext, pathText } from "./explain-issue.ts";
import { formNodeAt } from "./form-schema.ts";
import type { Problem } from "./problem.ts";

/** What a schema made of a form, or `null` where it does not fit; and why. */
export interface ReadForm<T> {
  readonly value: T | null;
  readonly problems: readonly Problem[];
}

/**
 * Reads a part of a document by a schema. Every issue becomes a located problem.
 * @param form the value to read: what stands at `context.path`, or some of its keys.
 */
export function readForm<S extends z.ZodType>(
  schema: S,
  form: unknown,
  context: FormContext,
): ReadForm<z.output<S>> {
  const result = schema.safeParse(form);
  if (result.success) return { value: result.data, problems: [] };
  return {
    value: null,
    problems: withoutEchoes(result.error.issues, schema, context).flatMap((issue) =>
      explainIssue(issue, schema, context),
    ),
  };
}

/**
 * A misspelt key is one finding, not two: that the right key is missing, or that nothing else of
 * its form fits, follows from it.
 */
function withoutEchoes(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  context: FormContext,
): readonly z.core.$ZodIssue[] {
  const meant = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    const path = issue.path.filter((step) => typeof step !== "symbol");
    const { keys } = formNodeAt(schema, path);
    for (const close of issue.keys.map((key) => closestName(key, keys))) {
      if (close === null) continue;
      meant.add(pathText([...path, close]));
      meant.add(`${pathText(path)}:form`);
    }
  }
  return issues.filter((issue) => {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    if (issue.code === "custom") return !meant.has(`${pathText(path)}:form`);
    const isMissing = context.document.at([...context.path, ...path]) === undefined;
    return !(isMissing && issue.code !== "unrecognized_keys" && meant.has(pathText(path)));
  });
}
