import type { CommandSpec } from "./command-spec.ts";

/** `sluice prune`: what is past its time goes. */
export const pruneSpec: CommandSpec = {
  name: "prune",
  summary: "remove what is past its time: runs, staged files, old versions",
  details: [
    "`retention` in sluice.yaml says how long what is kept. Each run removes a part of it by itself;" +
      " this removes all of it at once. What a run may still need stays: those that never ended, the" +
      " last one if it failed, and every decision that a kept run points to.",
  ],
  args: [],
  flags: [{ long: "--dry-run", summary: "say what would go, and remove nothing" }],
  examples: ["sluice prune --dry-run", "sluice prune --json"],
  isCancellable: true,
  load: async () => (await import("./prune-command.ts")).pruneCommand,
};
