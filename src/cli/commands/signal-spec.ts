import type { CommandSpec } from "./command-spec.ts";

/** `sluice signal` and `sluice signals`: what happened that may change a decision. */
export const signalSpecs: readonly CommandSpec[] = [
  {
    name: "signal",
    summary: "tell a project what happened, now or for its next run",
    details: [
      "What goes on is decided again at once, without what has begun; otherwise the next run takes it" +
        " in. Works at any time, also while a run or `sluice serve` holds the project.",
      "Types by their short names: late, back, changed, schema (of a source); quality, tier (of a source" +
        " or model); opened, closed (the circuit of a connection); pressure (of memory, disk, slots or" +
        " warehouse); due; and somebody's word over rules and history: bypass, force, freeze, lift.",
    ],
    args: [
      { name: "type", isRequired: true, summary: "such as late, freeze or source.late" },
      { name: "subject", isRequired: true, summary: "the source, model, connection or resource" },
    ],
    flags: [
      { long: "--data", value: "JSON", summary: "what the type carries, such as '{\"tier\": 0}'" },
      { long: "--why", value: "TEXT", summary: "why, for those who ask later" },
      {
        long: "--until",
        value: "WHEN",
        summary: "when it ends by itself: a span such as 6h, or an instant (default: when lifted)",
      },
      {
        long: "--by",
        value: "NAME",
        summary: "who says so (default: the user that the environment names)",
      },
      { long: "--cancel", summary: "with freeze, bypass or force: also end what runs of it" },
      {
        long: "--id",
        value: "ID",
        summary: "the sender's name for it: sent again, it is the same signal",
      },
    ],
    examples: [
      "sluice signal late orders",
      'sluice signal freeze orders --until 6h --why "prices are wrong"',
      "sluice signal lift orders --why fixed",
      "sluice signal tier revenue --data '{\"tier\": 0}'",
    ],
    isCancellable: false,
    load: async () => (await import("./signal-command.ts")).signalCommand,
  },
  {
    name: "signals",
    summary: "list what signals say that holds, what waits for a run, and what is over",
    details: [],
    args: [],
    flags: [
      {
        long: "--limit",
        short: "-n",
        value: "N",
        summary: "how many of those that are over (default: 20)",
      },
    ],
    examples: ["sluice signals", "sluice signals --json"],
    isCancellable: false,
    load: async () => (await import("./signals-command.ts")).signalsCommand,
  },
];
