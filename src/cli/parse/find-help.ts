import type { CommandSpec, FlagSpec } from "../commands/command-spec.ts";
import { listCommands } from "./list-commands.ts";

/** What help was asked for: the program's (`command` is `null`), or one command's. */
export interface HelpRequest {
  readonly command: CommandSpec | null;
  /** What is typed for the command, such as `negotiate list`; empty for the program. */
  readonly path: string;
}

/**
 * Finds a wish for help without the full parser, which costs more than all of the help.
 * @returns `null` when no help was asked for, or for a command that is not known.
 */
export function findHelp(
  argv: readonly string[],
  commands: readonly CommandSpec[],
  globals: readonly FlagSpec[],
): HelpRequest | null {
  const { words, isAsked } = scan(argv, valueFlags(commands, globals));
  const named = words[0] === "help" ? words.slice(1) : words;
  if (!isAsked && words[0] !== "help") return null;
  const [first, ...rest] = named;
  if (first === undefined) return { command: null, path: "" };
  const command = commands.find(({ name }) => name === first);
  return command === undefined ? null : deepest({ command, path: first }, rest);
}

/** The command that the words lead to; what follows it are its arguments. */
function deepest(
  found: { readonly command: CommandSpec; readonly path: string },
  words: readonly string[],
): HelpRequest {
  const [first, ...rest] = words;
  const next = (found.command.subcommands ?? []).find(({ name }) => name === first);
  if (next === undefined) return found;
  return deepest({ command: next, path: `${found.path} ${next.name}` }, rest);
}

function valueFlags(
  commands: readonly CommandSpec[],
  globals: readonly FlagSpec[],
): ReadonlySet<string> {
  const flags = [...globals, ...listCommands(commands).flatMap(({ spec }) => spec.flags)];
  return new Set(
    flags
      .filter((flag) => flag.value !== undefined)
      .flatMap((flag) => [flag.long, flag.short ?? flag.long]),
  );
}

/** The words that are no flag and no flag's value, and whether a help flag is among the others. */
function scan(
  argv: readonly string[],
  withValue: ReadonlySet<string>,
): { readonly words: readonly string[]; readonly isAsked: boolean } {
  const words: string[] = [];
  let isAsked = false;
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (word === "--") break;
    if (word === "-h" || word === "--help") isAsked = true;
    else if (withValue.has(word)) index += 1;
    else if (!word.startsWith("-")) words.push(word);
  }
  return { words, isAsked };
}
