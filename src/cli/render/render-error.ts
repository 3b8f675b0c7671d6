import type { OperatingError } from "../../errors/operating-error.ts";
import { problemsOf } from "../problems-of.ts";
import { printable, printableLines } from "../text/printable.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";
import { renderProblems } from "./render-problems.ts";

/**
 * A failure for people: what happened, everything that is wrong with the project's files if that
 * is it, and what to do.
 * @param isVerbose also what caused it, down to the first cause; of a bug that is told anyway
 */
export function renderError(
  error: OperatingError,
  style: Style,
  isVerbose: boolean,
): readonly string[] {
  const { colors, width } = style;
  const { problems, texts } = problemsOf(error);
  const [first = "", ...others] = printableLines(error.message);
  return [
    ...renderProblems(problems, texts, style),
    ...wrapUnder(`error ${error.code}: `, first, width).map((line, index) =>
      index === 0 ? line.replace("error", () => colors.red("error")) : line,
    ),
    ...others.map((line) => `  ${line}`),
    ...(error.hint === undefined ? [] : wrapUnder("  hint: ", printable(error.hint), width)),
    ...(isVerbose || error.code === "INTERNAL" ? causes(error) : []),
  ];
}

function causes(error: Error): readonly string[] {
  const lines: string[] = [];
  let current: unknown = error.cause;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    lines.push(...printableLines(`  caused by: ${current.stack ?? current.message}`));
    current = current.cause;
  }
  return lines;
}
