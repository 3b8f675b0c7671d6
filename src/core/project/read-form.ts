import type { z } from "zod";
import { explainIssue, type FormContext } from "./explain-issue.ts";
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
    problems: result.error.issues.flatMap((issue) => explainIssue(issue, schema, context)),
  };
}
