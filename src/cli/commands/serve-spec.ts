import type { CommandSpec } from "./command-spec.ts";

/** `sluice serve`: cycles whenever they are due. */
export const serveSpec: CommandSpec = {
  name: "serve",
  summary: "run a cycle whenever one is due, until it is stopped",
  details: [
    "A cycle is due by a cadence or a timetable, when a watched source changes, and when a signal" +
      " arrives. It is about what is due and all that reads it; cycles that have nothing in common" +
      " run side by side, and no subject runs twice at once.",
    "Signals are also taken in by HTTP, at this machine's own address: CloudEvents by POST /signals with" +
      " a token, which is made and told at the first start unless sluice.yaml refers to one.",
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
    { long: "--port", value: "N", summary: "of HTTP; 0 takes any that is free (default: 7480)" },
    { long: "--host", value: "NAME", summary: "of HTTP (default: 127.0.0.1)" },
    { long: "--expose", summary: "allow a host that other machines can reach" },
    { long: "--no-http", summary: "take no signals by HTTP" },
    { long: "--new-token", summary: "make another token for HTTP, and tell it once" },
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
