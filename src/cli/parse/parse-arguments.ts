import { Command, CommanderError, Option } from "commander";
import { present } from "../../core/std/assert.ts";
import { closestName } from "../../core/std/closest-name.ts";
import { parseDurationMs } from "../../core/std/time.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { CommandHandler } from "../commands/command-handler.ts";
import type { CommandSpec, FlagSpec } from "../commands/command-spec.ts";
import { globalFlags } from "../commands/global-flags.ts";
import type { CommandInput } from "./command-input.ts";
import { parseInstant } from "./parse-instant.ts";
import { flagForm } from "./render-help.ts";

const limitDefault = 20;
const countMax = 100_000;
const helpHint = "`sluice --help` lists what there is.";

/** What was typed: a command that does something, and its input. */
export interface ParsedCommand {
  readonly spec: CommandSpec;
  readonly load: () => Promise<CommandHandler>;
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
  for (const spec of commands) addCommand(program, spec, (parsed) => found.push(parsed));
  try {
    program.parse(argv[0] === "help" ? argv.slice(1) : argv, { from: "user" });
  } catch (error) {
    throw error instanceof CommanderError ? usageError(error) : error;
  }
  return present(found[0], "an accepted command line has a command");
}

function addCommand(
  parent: Command,
  spec: CommandSpec,
  accept: (parsed: ParsedCommand) => void,
): void {
  const command = declare(parent.command(spec.name), spec.flags);
  const subcommands = spec.subcommands ?? [];
  for (const subcommand of subcommands) addCommand(command, subcommand, accept);
  for (const arg of spec.args) {
    const name = arg.isRepeated === true ? `${arg.name}...` : arg.name;
    command.argument(arg.isRequired ? `<${name}>` : `[${name}]`);
  }
  const { load } = spec;
  if (load === null) return;
  // A word too many where there are subcommands is a misspelt one.
  command.allowExcessArguments(subcommands.length > 0).action(() => {
    const unknown = subcommands.length > 0 ? command.args[spec.args.length] : undefined;
    if (unknown !== undefined) throw unknownSubcommand(unknown, spec.name, subcommands);
    accept({ spec, load, input: readInput(command.args, command.optsWithGlobals()) });
  });
}

function unknownSubcommand(
  typed: string,
  name: string,
  subcommands: readonly CommandSpec[],
): OperatingError {
  const known = subcommands.map((subcommand) => subcommand.name);
  const near = closestName(typed, known);
  return new OperatingError("USAGE_INVALID", `Unknown command '${name} ${typed}'.`, {
    hint:
      near === null
        ? `\`sluice ${name} --help\` lists what there is.`
        : `Did you mean \`${name} ${near}\`?`,
  });
}

function declare(command: Command, flags: readonly FlagSpec[]): Command {
  command.exitOverride().helpOption(false).helpCommand(false).allowExcessArguments(false);
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  for (const flag of flags)
    command.addOption(new Option(flagForm(flag).replace(/ ([\w|]+)$/, " <$1>")));
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
    fromFailed: options["fromFailed"] === true ? "latest" : text(options["fromFailed"]),
    isDryRun: options["dryRun"] === true,
    limit: count("--limit", text(options["limit"])) ?? limitDefault,
    run: text(options["run"]),
    by: text(options["by"]),
    reason: text(options["reason"]),
    route: text(options["route"]),
    sql: text(options["sql"]),
    schema: text(options["schema"]),
    dialect: text(options["dialect"]),
    isUpstream: options["upstream"] === true,
    isDownstream: options["downstream"] === true,
    data: text(options["data"]),
    why: text(options["why"]),
    until: text(options["until"]),
    isCancelling: options["cancel"] === true,
    id: text(options["id"]),
    isStandby: options["standby"] === true,
    host: text(options["host"]),
    port: port(text(options["port"])),
    isExposed: options["expose"] === true,
    isHttpWanted: options["http"] !== false,
    isNewToken: options["newToken"] === true,
    graceMs: span("--grace", text(options["grace"])),
    cycles: count("--cycles", text(options["cycles"])),
    seed: seedOf(text(options["seed"])),
    rules: text(options["rules"]),
    against: text(options["against"]),
    report: text(options["report"]),
    isTraced: options["trace"] === true,
    depth: count("--depth", text(options["depth"])),
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

function span(flag: string, given: string | null): number | null {
  const spanMs = given === null ? null : parseDurationMs(given);
  if (given === null || spanMs !== null) return spanMs;
  throw new OperatingError("USAGE_INVALID", `${flag} ${given} is no span of time.`, {
    hint: "Write one such as 30s, 5m or 1h30m.",
  });
}

function seedOf(given: string | null): number | null {
  if (given === null) return null;
  const value = /^\d{1,10}$/.test(given) ? Number(given) : -1;
  if (value >= 0 && value < 2 ** 32) return value;
  throw new OperatingError("USAGE_INVALID", `--seed ${given} is no seed.`, {
    hint: "Write a whole number from 0 to 4294967295.",
  });
}

function port(given: string | null): number | null {
  if (given === null) return null;
  const value = /^\d{1,5}$/.test(given) ? Number(given) : -1;
  if (value >= 0 && value <= 65_535) return value;
  throw new OperatingError("USAGE_INVALID", `--port ${given} is no port.`, {
    hint: "Write a number from 1 to 65535, or 0 for any that is free.",
  });
}

function count(flag: string, given: string | null): number | null {
  if (given === null) return null;
  const value = /^\d+$/.test(given) ? Number(given) : 0;
  if (value >= 1 && value <= countMax) return value;
  throw new OperatingError("USAGE_INVALID", `${flag} ${given} is not a count.`, {
    hint: `Write a whole number from 1 to ${countMax}.`,
  });
}
