import type { CommandHandler } from "./command-handler.ts";

/** A command as help, parsing and documentation see it. Its code is loaded only to run it. */
export interface CommandSpec {
  /** One word, unique among its neighbours. */
  readonly name: string;
  /** One sentence, without its period. */
  readonly summary: string;
  /** More for its own help; paragraphs. */
  readonly details: readonly string[];
  readonly args: readonly ArgSpec[];
  readonly flags: readonly FlagSpec[];
  readonly examples: readonly string[];
  /** Whether the first Ctrl-C lets it finish or roll back, instead of ending at once. */
  readonly isCancellable: boolean;
  /** Commands under its name, such as `list` of `negotiate list`. */
  readonly subcommands?: readonly CommandSpec[];
  /** `null`: it is nothing without one of its subcommands. */
  readonly load: (() => Promise<CommandHandler>) | null;
}

export interface ArgSpec {
  readonly name: string;
  readonly isRequired: boolean;
  /** Whether it may be there more than once; the last one only. */
  readonly isRepeated?: boolean;
  readonly summary: string;
}

export interface FlagSpec {
  /** With its leading dashes, such as `--project`. */
  readonly long: string;
  /** A single letter with its dash. */
  readonly short?: string;
  /** The placeholder of its value; a flag without one is on or off. */
  readonly value?: string;
  readonly summary: string;
}
