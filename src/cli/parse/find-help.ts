import type { CommandSpec, FlagSpec } from "../commands/command-spec.ts";

/** What help was asked for: the program's (`command` is `null`), or one command's. */
export interface HelpRequest {
  readonly command: CommandSpec | null;
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
  const [first, second] = words;
  const named = first === "help" ? second : first;
  if (!isAsked && first !== "help") return null;
  if (named === undefined) return { command: null };
  const command = commands.find((candidate) => candidate.name === named);
  return command === undefined ? null : { command };
}

function valueFlags(
  commands: readonly CommandSpec[],
  globals: readonly FlagSpec[],
): ReadonlySet<string> {
  const flags = [...globals, ...commands.flatMap((command) => command.flags)];
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
