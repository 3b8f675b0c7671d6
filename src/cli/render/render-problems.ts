import type { Problem } from "../../core/project/problem.ts";
import { renderProblem } from "../../core/project/render-problem.ts";
import type { Style } from "../text/style.ts";

/** Problems for people, each with its place, its line and one fix, and an empty line after each. */
export function renderProblems(
  problems: readonly Problem[],
  texts: ReadonlyMap<string, string>,
  { colors }: Style,
): readonly string[] {
  const paint = {
    error: colors.red,
    warning: colors.yellow,
    frame: colors.dim,
    fix: colors.cyan,
  };
  return problems.flatMap((problem) => [
    ...renderProblem(problem, texts.get(problem.location.file), paint).split("\n"),
    "",
  ]);
}
