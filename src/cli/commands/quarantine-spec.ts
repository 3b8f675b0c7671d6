import type { ArgSpec, CommandSpec } from "./command-spec.ts";

const source: ArgSpec = { name: "source", isRequired: true, summary: "name of a source" };

/** `sluice quarantine`: rows that were set aside because they did not fit. */
export const quarantineSpec: CommandSpec = {
  name: "quarantine",
  summary: "list, show and release rows that were set aside",
  details: [],
  args: [],
  flags: [],
  examples: ["sluice quarantine list", "sluice quarantine release orders"],
  isCancellable: false,
  load: null,
  subcommands: [
    {
      name: "list",
      summary: "count the rows that were set aside, by source and reason",
      details: [],
      args: [],
      flags: [],
      examples: ["sluice quarantine list --json"],
      isCancellable: false,
      load: async () => (await import("./quarantine-list-command.ts")).quarantineListCommand,
    },
    {
      name: "show",
      summary: "show rows of a source that were set aside, the newest first",
      details: [],
      args: [source],
      flags: [{ long: "--limit", short: "-n", value: "N", summary: "how many (default: 20)" }],
      examples: ["sluice quarantine show orders --limit 100"],
      isCancellable: false,
      load: async () => (await import("./quarantine-show-command.ts")).quarantineShowCommand,
    },
    {
      name: "release",
      summary: "load the rows that fit now, each once",
      details: [
        "For after a fix: of a gate, a type, or the rows themselves. Rows are judged as today's load" +
          " would judge them; what does not fit stays. The next run builds what reads them.",
      ],
      args: [source],
      flags: [
        {
          long: "--by",
          value: "NAME",
          summary: "who asks (default: the user that the environment names)",
        },
      ],
      examples: ["sluice quarantine release orders --by ada"],
      isCancellable: true,
      load: async () => (await import("./quarantine-release-command.ts")).quarantineReleaseCommand,
    },
  ],
};
