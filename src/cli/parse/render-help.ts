import type { CommandSpec, FlagSpec } from "../commands/command-spec.ts";

/** The help of the program: its commands and the flags that all of them take. */
export function renderProgramHelp(
  commands: readonly CommandSpec[],
  flags: readonly FlagSpec[],
): string {
  return text([
    "Usage: sluice <command> [flags]",
    "",
    "Decides each cycle from source metadata and rules what to run, runs exactly that,",
    "and explains and replays every decision.",
    "",
    "Commands:",
    ...list(commands.map((command) => [command.name, command.summary])),
    "",
    "Flags:",
    ...list(flags.map((flag) => [flagForm(flag), flag.summary])),
    "",
    "Exit codes: 0 done, 1 failed, 2 something to do (with --detailed-exitcode), 64 usage,",
    "70 a bug, 75 locked by another process, 78 configuration, 130 and 143 interrupted.",
    "",
    "`sluice <command> --help` tells more about one command.",
  ]);
}

/**
 * The help of one command.
 * @param path what is typed for it, such as `negotiate list`
 */
export function renderCommandHelp(
  command: CommandSpec,
  path: string,
  globals: readonly FlagSpec[],
): string {
  const subcommands = command.subcommands ?? [];
  return text([
    ...usage(command, path),
    "",
    sentence(command.summary),
    ...command.details.flatMap((paragraph) => ["", ...folded(paragraph)]),
    ...section(
      "Commands:",
      subcommands.map((under) => [[under.name, ...argForms(under)].join(" "), under.summary]),
    ),
    ...section(
      "Arguments:",
      command.args.map((arg) => [arg.name, arg.summary]),
    ),
    ...section(
      "Flags:",
      command.flags.map((flag) => [flagForm(flag), flag.summary]),
    ),
    ...section(
      "Flags of every command:",
      globals.map((flag) => [flagForm(flag), flag.summary]),
    ),
    ...(command.examples.length === 0
      ? []
      : ["", "Examples:", ...command.examples.map((example) => `  ${example}`)]),
    ...(subcommands.length === 0
      ? []
      : ["", `\`sluice ${path} <command> --help\` tells more about one of its commands.`]),
  ]);
}

/** How a command may be typed: by itself, with a command under it, or both. */
function usage(command: CommandSpec, path: string): readonly string[] {
  const forms = [
    ...(command.load === null ? [] : [[path, ...argForms(command), "[flags]"]]),
    ...(command.subcommands === undefined ? [] : [[path, "<command> [flags]"]]),
  ];
  return forms.map(
    (form, index) => `${index === 0 ? "Usage:" : "      "} sluice ${form.join(" ")}`,
  );
}

function argForms(command: CommandSpec): readonly string[] {
  return command.args.map((arg) => (arg.isRequired ? `<${arg.name}>` : `[${arg.name}]`));
}

/** How a flag is written: `-p, --project DIR`. */
export function flagForm(flag: FlagSpec): string {
  const short = flag.short === undefined ? "" : `${flag.short}, `;
  return `${short}${flag.long}${flag.value === undefined ? "" : ` ${flag.value}`}`;
}

function section(
  title: string,
  entries: readonly (readonly [string, string])[],
): readonly string[] {
  return entries.length === 0 ? [] : ["", title, ...list(entries)];
}

function list(entries: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...entries.map(([term]) => term.length));
  return entries.map(([term, meaning]) => `  ${term.padEnd(width)}  ${meaning}`);
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function folded(paragraph: string): readonly string[] {
  return paragraph.match(/.{1,88}(?:\s|$)/g)?.map((line) => line.trimEnd()) ?? [];
}

function text(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
