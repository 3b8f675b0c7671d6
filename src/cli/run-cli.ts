import type { CliEnvironment } from "./cli-environment.ts";
import { commandTable } from "./commands/command-table.ts";
import { globalFlags } from "./commands/global-flags.ts";
import { openOutput } from "./output.ts";
import { findHelp } from "./parse/find-help.ts";
import { renderCommandHelp, renderProgramHelp } from "./parse/render-help.ts";

const usageExitCode = 64;
const failedExitCode = 1;

/**
 * Runs one command line.
 *
 * stdout gets the answer, stderr everything else. Help and the version load nothing but themselves;
 * the parser, and each command, are loaded when they are needed.
 * @param argv the words after the program's name
 * @returns the exit code
 */
export async function runCli(
  argv: readonly string[],
  environment: CliEnvironment,
): Promise<number> {
  if (argv.length === 0) {
    environment.stderr.write(renderProgramHelp(commandTable, globalFlags));
    return usageExitCode;
  }
  const help = findHelp(argv, commandTable, globalFlags);
  if (help !== null) {
    const { command, path } = help;
    const text =
      command === null
        ? renderProgramHelp(commandTable, globalFlags)
        : renderCommandHelp(command, path, globalFlags);
    return await print(text, environment);
  }
  if (argv[0] === "--version" || argv[0] === "-V") {
    return await print(`sluice ${environment.version}\n`, environment);
  }
  const { runCommandLine } = await import("./run-command-line.ts");
  return runCommandLine(argv, environment);
}

async function print(text: string, { stdout, stderr }: CliEnvironment): Promise<number> {
  const output = openOutput(stdout);
  output.write(text);
  try {
    await output.flush();
    return 0;
  } catch (error) {
    stderr.write(`error OUTPUT_FAILED: ${error instanceof Error ? error.message : "unknown"}\n`);
    return failedExitCode;
  }
}
