import type { CommandSpec } from "./command-spec.ts";

/** `sluice drill`: faults, done to a copy of the project. */
export const drillSpec: CommandSpec = {
  name: "drill",
  summary: "break a copy of the project on purpose, and see whether it mends",
  details: [
    "Copies the project and its files into a temporary folder, and there kills real processes, cuts" +
      " and takes away real files, and stops real servers where a scenario says how. The project's" +
      " own catalog, staging and warehouse are never touched.",
    "Carries out the drills of the named scenarios, else of all scenarios, else a set that fits the" +
      " project. Each is judged by invariant; the exit code is 1 when one does not hold.",
  ],
  args: [
    {
      name: "scenario",
      isRequired: false,
      isRepeated: true,
      summary: "one of scenarios/*.yaml with a `drill`",
    },
  ],
  flags: [
    { long: "--seed", value: "N", summary: "chooses the instants of the kills (default: 1)" },
  ],
  examples: ["sluice drill", "sluice drill night-shift --json"],
  isCancellable: true,
  load: async () => (await import("./drill-command.ts")).drillCommand,
};
