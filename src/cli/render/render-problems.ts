import type { Problem } from "../../core/project/problem.ts";
import { printableLines } from "../text/printable.ts";
import type { Style } from "../text/style.ts";

/** Problems for people, each with its place and one fix, and an empty line after each. */
export function renderProblems(
  problems: readonly Problem[],
  _texts: ReadonlyMap<string, string>,
  { colors }: Style,
): readonly string[] {
  return problems.flatMap((problem) => {
    const { file, line, column } = problem.location;
    const head = `${problem.severity} ${problem.code}: ${problem.message}`;
    const paint = problem.severity === "error" ? colors.red : colors.yellow;
    return [
      paint(head),
      ...printableLines(`  --> ${file}:${line}:${column}`),
      ...(problem.fix === undefined ? [] : printableLines(`  fix: ${problem.fix}`)),
      "",
    ];
  });
}
