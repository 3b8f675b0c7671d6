import type { CommandSpec } from "./command-spec.ts";

/** `sluice contract`: what producers promise, against what is there. */
export const contractSpec: CommandSpec = {
  name: "contract",
  summary: "write, check and compare the contracts of sources",
  details: [],
  args: [],
  flags: [],
  examples: ["sluice contract init orders", "sluice contract check"],
  isCancellable: false,
  load: null,
  subcommands: [
    {
      name: "init",
      summary: "write a first contract of a source from what is observed",
      details: ["Writes contracts/<source>.yaml, and overwrites nothing."],
      args: [{ name: "source", isRequired: true, summary: "name of a source" }],
      flags: [],
      examples: ["sluice contract init orders"],
      isCancellable: false,
      load: async () => (await import("./contract-init-command.ts")).contractInitCommand,
    },
    {
      name: "check",
      summary: "compare what is observed with what is promised",
      details: ["Exits with 1 when a contract is broken, or cannot be judged."],
      args: [{ name: "source", isRequired: false, summary: "only this one (default: all)" }],
      flags: [],
      examples: ["sluice contract check orders --json"],
      isCancellable: false,
      load: async () => (await import("./contract-check-command.ts")).contractCheckCommand,
    },
    {
      name: "diff",
      summary: "say what a new version of a contract breaks under its mode",
      details: [
        "Compares two files; or, with the name of a source, what it looks like with its contract, as" +
          " if the contract were made after it. The stricter mode of both counts. Exits with 1 when" +
          " the mode does not allow it.",
      ],
      args: [
        { name: "old", isRequired: true, summary: "file of the old version, or name of a source" },
        { name: "new", isRequired: false, summary: "file of the new version" },
      ],
      flags: [],
      examples: [
        "sluice contract diff old.yaml contracts/orders.yaml",
        "sluice contract diff orders",
      ],
      isCancellable: false,
      load: async () => (await import("./contract-diff-command.ts")).contractDiffCommand,
    },
  ],
};
