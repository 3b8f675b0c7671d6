import type { SluiceProject } from "../../engine/sluice-project.ts";
import type { CliEnvironment } from "../cli-environment.ts";
import type { CommandInput } from "../parse/command-input.ts";
import type { ProgressView } from "../progress/progress-view.ts";
import type { Style } from "../text/style.ts";

/** Does what a command is for, and returns what is to be printed once everything is closed. */
export type CommandHandler = (context: CommandContext) => Promise<Answer>;

export interface CommandContext {
  readonly environment: CliEnvironment;
  readonly input: CommandInput;
  readonly progress: ProgressView;
  /** Fires at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Gives `use` the opened project, and closes it whatever happens. */
  withProject<T>(use: (project: SluiceProject) => Promise<T>): Promise<T>;
}

/** The answer of a command, in both of its forms. */
export interface Answer {
  readonly exitCode: number;
  /** The one JSON object of `--json`. */
  readonly json: () => unknown;
  /** The lines for people. */
  readonly lines: (style: Style) => readonly string[];
}
