import type { CommandSpec } from "../commands/command-spec.ts";

/** A command with what is typed for it, such as `negotiate list`. */
export interface ListedCommand {
  readonly path: string;
  readonly spec: CommandSpec;
}

/** All commands with their subcommands, each before those under it. */
export function listCommands(commands: readonly CommandSpec[]): readonly ListedCommand[] {
  return commands.flatMap((spec) => [
    { path: spec.name, spec },
    ...listCommands(spec.subcommands ?? []).map((listed) => ({
      ...listed,
      path: `${spec.name} ${listed.path}`,
    })),
  ]);
}
