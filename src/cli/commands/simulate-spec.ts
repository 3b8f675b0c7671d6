import type { CommandSpec } from "./command-spec.ts";

/** `sluice simulate`: what rules would do, before they are live. */
export const simulateSpec: CommandSpec = {
  name: "simulate",
  summary: "play a scenario with the project's rules, and beside them with others",
  details: [
    "The same decisions and the same run machine as in a run, over a virtual clock and a world by" +
      " chance from a seed. Nothing is read or loaded. What must always hold is checked after" +
      " every event; exits with 1 when something does not.",
    "RULES is `current` (the project's), `none`, `static` (the fixed graph that runs everything each" +
      " cycle), or the path of a rule file that takes the place of the rule sets of the same name.",
  ],
  args: [{ name: "scenario", isRequired: true, summary: "name of one in scenarios/" }],
  flags: [
    { long: "--cycles", value: "N", summary: "how many cycles (default: the scenario's)" },
    { long: "--seed", value: "S", summary: "another seed (default: the scenario's)" },
    { long: "--rules", value: "RULES", summary: "what is tried (default: current)" },
    { long: "--against", value: "RULES", summary: "what it is held against (default: static)" },
    { long: "--report", value: "PATH", summary: "write a report with charts: .html or .svg" },
    { long: "--trace", summary: "one line for each event, on standard error" },
  ],
  examples: [
    "sluice simulate late_orders",
    "sluice simulate late_orders --rules drafts/core.yaml --against current",
    "sluice simulate late_orders --cycles 60 --report late.html",
  ],
  isCancellable: false,
  load: async () => (await import("./simulate-command.ts")).simulateCommand,
};
