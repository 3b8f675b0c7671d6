import { compareText } from "../std/compare.ts";
import type { Problem } from "./problem.ts";

/** In the order in which people go through files; each finding once. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems
    .filter(({ code, message, location: { file, line, column } }) => {
      const key = `${file}\0${line}\0${column}\0${code}\0${message}`;
      return seen.has(key) ? false : seen.add(key);
    })
    .sort(
      (left, right) =>
        compareText(left.location.file, right.location.file) ||
        left.location.line - right.location.line ||
        left.location.column - right.location.column ||
        compareText(left.code, right.code) ||
        compareText(left.message, right.message),
    );
}
