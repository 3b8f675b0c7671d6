import picocolors from "picocolors";
import type { CliEnvironment, CliStream } from "./cli-environment.ts";
import { type Output, openOutput } from "./output.ts";
import { hasColor } from "./text/has-color.ts";
import type { Style } from "./text/style.ts";
import { terminalColumns } from "./text/terminal-size.ts";

/** Both streams with how to print on each. */
export interface Console {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly answerStyle: Style;
  readonly noteStyle: Style;
  readonly isJson: boolean;
  readonly isVerbose: boolean;
  /** True when a person looks at stdout. */
  readonly isAnswerRead: boolean;
}

/** What flags say about printing. */
export interface ConsoleFlags {
  readonly isJson: boolean;
  readonly isColored: boolean | null;
  readonly isVerbose: boolean;
}

const widthMin = 40;

/**
 * @param earlier a console of the same environment, whose streams are used further
 */
export function openConsole(
  environment: CliEnvironment,
  flags: ConsoleFlags,
  earlier: Console | null = null,
): Console {
  const { stdout, stderr } = environment;
  return {
    stdout: earlier?.stdout ?? openOutput(stdout),
    stderr: earlier?.stderr ?? openOutput(stderr),
    answerStyle: styleOf(stdout, environment, flags),
    noteStyle: styleOf(stderr, environment, flags),
    isJson: flags.isJson,
    isVerbose: flags.isVerbose,
    isAnswerRead: stdout.isTTY === true,
  };
}

function styleOf(stream: CliStream, environment: CliEnvironment, flags: ConsoleFlags): Style {
  return {
    colors: picocolors.createColors(hasColor(stream, flags.isColored, environment.variables)),
    width: stream.isTTY === true ? Math.max(terminalColumns(stream), widthMin) : Infinity,
    now: environment.clock.now(),
  };
}
