import { Command, CommanderError, Option } from "commander";
import { present } from "../../core/std/assert.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { CommandSpec, FlagSpec } from "../commands/command-spec.ts";
import { globalFlags } from "../commands/global-flags.ts";
import type { CommandInput } from "./command-input.ts";
import { parseInstant } from "./parse-instant.ts";
import { flagForm } from "./render-help.ts";

const limitDefault = 20;
const limitMax = 100_000;
const helpHint = "`sluice --help` lists what there is.";

/** What was typed: a command and its input. */
export interface ParsedCommand {
  readonly spec: CommandSpec;
  readonly input: CommandInput;
}

/**
 * Reads the words of a command line.
 * @throws USAGE_INVALID, with the nearest known name as its hint
 */
export function parseArguments(
  argv: readonly string[],
  commands: readonly CommandSpec[],
): ParsedCommand {
  const found: ParsedCommand[] = [];
  const program = declare(new Command("sluice"), globalFlags);
  for (const spec of commands) {
    const command = declare(program.command(spec.name), spec.flags);
    for (const arg of spec.args) {
      command.argument(arg.isRequired ? `<${arg.name}>` : `[${arg.name}]`);
    }
    command.action(() => {
      found.push({ spec, input: readInput(command.args, command.optsWithGlobals()) });
    });
  }
  try {
    program.parse(argv[0] === "help" ? argv.slice(1) : argv, { from: "user" });
  } catch (error) {
    throw error instanceof CommanderError ? usageError(error) : error;
  }
  return present(found[0], "an accepted command line has a command");
}

function declare(command: Command, flags: readonly FlagSpec[]): Command {
  command.exitOverride().helpOption(false).helpCommand(false).allowExcessArguments(false);
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  for (const flag of flags)
    command.addOption(new Option(flagForm(flag).replace(/ (\w+)$/, " <$1>")));
  return command;
}

function usageError(error: CommanderError): OperatingError {
  if (error.code === "commander.help") {
    return new OperatingError("USAGE_INVALID", "A command is missing.", { hint: helpHint });
  }
  const [first = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  const detail = `${first.charAt(0).toUpperCase()}${first.slice(1)}.`.replace(/\.\.$/, ".");
  const near = /\(Did you mean (?:one of )?(.+)\?\)/.exec(suggestion ?? "")?.[1];
  const hint = near === undefined ? helpHint : `Did you mean \`${near}\`?`;
  return new OperatingError("USAGE_INVALID", detail, { hint, cause: error });
}

function readInput(
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
): CommandInput {
  return {
    args,
    project: text(options["project"]),
    now: instant(text(options["now"])),
    isJson: options["json"] === true,
    isColored: typeof options["color"] === "boolean" ? options["color"] : null,
    isVerbose: options["verbose"] === true,
    isFull: options["full"] === true,
    isExitCodeDetailed: options["detailedExitcode"] === true,
    isResume: options["resume"] === true,
    limit: limit(text(options["limit"])),
    run: text(options["run"]),
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function instant(given: string | null): number | null {
  if (given === null) return null;
  const at = parseInstant(given);
  if (at !== null) return at;
  throw new OperatingError("USAGE_INVALID", `--now ${given} is not an instant.`, {
    hint: "Write a date (2026-01-31) or a date and time with its zone (2026-01-31T06:00:00Z).",
  });
}

function limit(given: string | null): number {
  if (given === null) return limitDefault;
  const count = /^\d+$/.test(given) ? Number(given) : 0;
  if (count >= 1 && count <= limitMax) return count;
  throw new OperatingError("USAGE_INVALID", `--limit ${given} is not a count.`, {
    hint: `Write a whole number from 1 to ${limitMax}.`,
  });
}
