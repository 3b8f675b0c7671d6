import type { ArgSpec, CommandSpec, FlagSpec } from "./command-spec.ts";
import { contractSpec } from "./contract-spec.ts";
import { drillSpec } from "./drill-spec.ts";
import { impactSpec, lineageSpec } from "./lineage-spec.ts";
import { negotiateSpec } from "./negotiate-spec.ts";
import { pruneSpec } from "./prune-spec.ts";
import { quarantineSpec } from "./quarantine-spec.ts";
import { serveSpec } from "./serve-spec.ts";
import { signalSpecs } from "./signal-spec.ts";
import { simulateSpec } from "./simulate-spec.ts";

const runArg: ArgSpec = {
  name: "run",
  isRequired: false,
  summary: "id of a run or the start of one (default: latest)",
};

const detailedExitCode: FlagSpec = {
  long: "--detailed-exitcode",
  summary: "exit with 2 instead of 0 when there is something",
};

/** All commands, in the order in which help shows them. */
export const commandTable: readonly CommandSpec[] = [
  {
    name: "init",
    summary: "write a commented starter project",
    details: ["The project passes `sluice check` as it is. Existing files are never overwritten."],
    args: [{ name: "folder", isRequired: false, summary: "where to write it (default: here)" }],
    flags: [],
    examples: ["sluice init my-project"],
    isCancellable: false,
    load: async () => (await import("./init-command.ts")).initCommand,
  },
  {
    name: "check",
    summary: "read and check all project files, without any connection",
    details: ["Reports every problem in one go. Exits with 78 when there is an error."],
    args: [],
    flags: [],
    examples: ["sluice check", "sluice check --json"],
    isCancellable: false,
    load: async () => (await import("./check-command.ts")).checkCommand,
  },
  {
    name: "schema",
    summary: "write the JSON Schemas of the project files, for editors",
    details: [],
    args: [],
    flags: [],
    examples: ["sluice schema"],
    isCancellable: false,
    load: async () => (await import("./schema-command.ts")).schemaCommand,
    subcommands: [
      {
        name: "diff",
        summary: "show what differs between two schemas, and who can still read what",
        details: [
          "A schema is a JSON file with { columns: [{ name, type, nullable?, key? }] } and the type" +
            " names of DuckDB. Needs no project.",
          "Backward: who reads the new schema can read old data. Forward: who reads the old schema" +
            " can read new data. Full: both.",
        ],
        args: [
          { name: "old", isRequired: true, summary: "path of a JSON file" },
          { name: "new", isRequired: true, summary: "likewise" },
        ],
        flags: [{ ...detailedExitCode, summary: "exit with 2 when there are differences" }],
        examples: ["sluice schema diff old.json new.json --json"],
        isCancellable: false,
        load: async () => (await import("./schema-diff-command.ts")).schemaDiffCommand,
      },
    ],
  },
  {
    name: "sources",
    summary: "probe all sources and show what is known of them",
    details: ["A source that cannot be reached is shown as such; it is not a failure."],
    args: [],
    flags: [],
    examples: ["sluice sources"],
    isCancellable: true,
    load: async () => (await import("./sources-command.ts")).sourcesCommand,
  },
  {
    name: "plan",
    summary: "decide what would run and why, without running it",
    details: [
      "Shows what would run, what caused each safeguard, and what is bypassed. Stores nothing.",
    ],
    args: [],
    flags: [
      { long: "--full", summary: "every task with all its safeguards, also what is up to date" },
      { ...detailedExitCode, summary: "exit with 2 when there is something to run" },
    ],
    examples: ["sluice plan", "sluice plan --full", "sluice plan --detailed-exitcode --json"],
    isCancellable: true,
    load: async () => (await import("./plan-command.ts")).planCommand,
  },
  {
    name: "run",
    summary: "snapshot, decide, and run what was decided",
    details: [
      "The first Ctrl-C lets running tasks finish or roll back; the second ends at once, which" +
        " loses nothing either: `sluice run --resume` goes on.",
    ],
    args: [],
    flags: [
      { long: "--resume", summary: "go on with the last run if it was interrupted" },
      {
        long: "--from-failed",
        value: "[ID]",
        summary: "do what a failed run left undone, as it was decided (default: latest)",
      },
      { ...detailedExitCode, summary: "exit with 2 when it succeeded and something was run" },
    ],
    examples: [
      "sluice run",
      "sluice run --resume",
      "sluice run --from-failed",
      "sluice run --now 2026-01-31",
    ],
    isCancellable: true,
    load: async () => (await import("./run-command.ts")).runCommand,
  },
  serveSpec,
  simulateSpec,
  drillSpec,
  {
    name: "runs",
    summary: "list runs, the newest first",
    details: [],
    args: [],
    flags: [{ long: "--limit", short: "-n", value: "N", summary: "how many (default: 20)" }],
    examples: ["sluice runs", "sluice runs --limit 100 --json"],
    isCancellable: false,
    load: async () => (await import("./runs-command.ts")).runsCommand,
  },
  {
    name: "show",
    summary: "show one run with its tasks",
    details: [],
    args: [runArg],
    flags: [],
    examples: ["sluice show", "sluice show 01J9Z"],
    isCancellable: false,
    load: async () => (await import("./show-command.ts")).showCommand,
  },
  {
    name: "why",
    summary: "explain why a task runs or does not, down to the facts",
    details: [
      "In the plan as it stands; with --run as it was decided for that run, which `latest` and" +
        " `previous` also name.",
    ],
    args: [{ name: "task", isRequired: true, summary: "such as flights.load" }],
    flags: [{ long: "--run", value: "ID", summary: "a past run instead of the plan as it stands" }],
    examples: ["sluice why flights.load", "sluice why daily_delays.transform --run latest"],
    isCancellable: true,
    load: async () => (await import("./why-command.ts")).whyCommand,
  },
  {
    name: "diff",
    summary: "show what differs between two runs or blueprints, and what caused it",
    details: [],
    args: [
      {
        name: "from",
        isRequired: false,
        summary: "id of a run or blueprint, or the start of one (default: previous)",
      },
      { name: "to", isRequired: false, summary: "likewise (default: latest)" },
    ],
    flags: [{ ...detailedExitCode, summary: "exit with 2 when there are differences" }],
    examples: ["sluice diff", "sluice diff 01J9Z latest"],
    isCancellable: false,
    load: async () => (await import("./diff-command.ts")).diffCommand,
  },
  {
    name: "drift",
    summary: "show how the schemas of sources changed, and what became of it",
    details: [
      "A timeline for each source: what changed, which way each model went that it reached, by which" +
        " rule, and where the change ended. Reads history alone; `sluice plan` looks for new changes.",
    ],
    args: [{ name: "source", isRequired: false, summary: "only this one (default: all)" }],
    flags: [],
    examples: ["sluice drift", "sluice drift orders --json"],
    isCancellable: false,
    load: async () => (await import("./drift-command.ts")).driftCommand,
  },
  contractSpec,
  lineageSpec,
  impactSpec,
  negotiateSpec,
  quarantineSpec,
  ...signalSpecs,
  pruneSpec,
  {
    name: "replay",
    summary: "decide again from a run's recorded inputs and compare byte for byte",
    details: ["Exits with 1 when the outcome is not identical."],
    args: [runArg],
    flags: [],
    examples: ["sluice replay", "sluice replay 01J9Z --json"],
    isCancellable: false,
    load: async () => (await import("./replay-command.ts")).replayCommand,
  },
  {
    name: "doctor",
    summary: "look at everything that a run needs, and say what is not as it should be",
    details: ["Exits with 1 when something would make a run fail."],
    args: [],
    flags: [],
    examples: ["sluice doctor"],
    isCancellable: false,
    load: async () => (await import("./doctor-command.ts")).doctorCommand,
  },
  {
    name: "version",
    summary: "print the version",
    details: [],
    args: [],
    flags: [],
    examples: [],
    isCancellable: false,
    load: async () => (await import("./version-command.ts")).versionCommand,
  },
];
