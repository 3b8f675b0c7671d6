import type { CliEnvironment } from "./cli-environment.ts";
import { commandTable } from "./commands/command-table.ts";
import { globalFlags } from "./commands/global-flags.ts";
import { findHelp } from "./parse/find-help.ts";
import { renderCommandHelp, renderProgramHelp } from "./parse/render-help.ts";

const usageExitCode = 64;

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
    // Whoever pipes help to a pager may leave before its end.
    environment.stdout.on("error", () => undefined);
    environment.stdout.write(
      help.command === null
        ? renderProgramHelp(commandTable, globalFlags)
        : renderCommandHelp(help.command, globalFlags),
    );
    return 0;
  }
  if (argv[0] === "--version" || argv[0] === "-V") {
    environment.stdout.write(`sluice ${environment.version}\n`);
    return 0;
  }
  const { runCommandLine } = await import("./run-command-line.ts");
  return runCommandLine(argv, environment);
}
