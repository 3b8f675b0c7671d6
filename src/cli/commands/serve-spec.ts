import type { CommandSpec } from "./command-spec.ts";

/** `sluice serve`: cycles whenever they are due. */
export const serveSpec: CommandSpec = {
  name: "serve",
  summary: "run a cycle whenever one is due, until it is stopped",
  details: [
    "A cycle is due by a cadence or a timetable, when a watched source changes, and when a signal" +
      " arrives. It is about what is due and all that reads it; cycles that have nothing in common" +
      " run side by side, and no subject runs twice at once.",
    "One process serves a project; another one is refused, unless it stands by.",
    "The first Ctrl-C or SIGTERM lets cycles finish for as long as the grace lasts, and then rolls" +
      " them back; the second ends at once. What was interrupted goes on at the next start.",
  ],
  args: [],
  flags: [
    {
      long: "--standby",
      summary: "wait while another process serves the project, and take over when it ends",
    },
    {
      long: "--grace",
      value: "SPAN",
      summary: "how long cycles may take to finish when it is stopped (default: 30s)",
    },
  ],
  examples: ["sluice serve", "sluice serve --standby --grace 2m", "sluice serve --json"],
  isCancellable: true,
  load: async () => (await import("./serve-command.ts")).serveCommand,
};
