import type { Location, Problem } from "../core/project/problem.ts";

/** Problems that a failure carries, with the texts that they point into. */
export interface CarriedProblems {
  readonly problems: readonly Problem[];
  /** By path; empty when the failure carries none. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The problems in the `problems` (and `texts`) of an error's cause; none when it has none. */
export function problemsOf(error: Error): CarriedProblems {
  const { cause } = error;
  if (typeof cause !== "object" || cause === null || !("problems" in cause)) return none;
  const problems = Array.isArray(cause.problems) ? cause.problems.filter(isProblem) : [];
  const texts = "texts" in cause && cause.texts instanceof Map ? textsIn(cause.texts) : none.texts;
  return { problems, texts };
}

const none: CarriedProblems = { problems: [], texts: new Map() };

function textsIn(texts: ReadonlyMap<unknown, unknown>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [path, text] of texts) {
    if (typeof path === "string" && typeof text === "string") found.set(path, text);
  }
  return found;
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== "object" || value === null) return false;
  return (
    "code" in value &&
    typeof value.code === "string" &&
    "message" in value &&
    typeof value.message === "string" &&
    "severity" in value &&
    (value.severity === "error" || value.severity === "warning") &&
    "location" in value &&
    isLocation(value.location)
  );
}

function isLocation(value: unknown): value is Location {
  if (typeof value !== "object" || value === null) return false;
  return (
    "file" in value &&
    typeof value.file === "string" &&
    "line" in value &&
    typeof value.line === "number" &&
    "column" in value &&
    typeof value.column === "number"
  );
}
