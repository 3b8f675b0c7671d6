import type { ArgSpec, CommandSpec, FlagSpec } from "./command-spec.ts";

const id: ArgSpec = {
  name: "id",
  isRequired: true,
  summary: "id of a negotiation or the start of one",
};

const by: FlagSpec = {
  long: "--by",
  value: "NAME",
  summary: "who answers (default: the user that the environment names)",
};

const reason: FlagSpec = {
  long: "--reason",
  value: "TEXT",
  summary: "why, for those who ask later",
};

const route: FlagSpec = {
  long: "--route",
  value: "pass|adapt",
  summary: "read the new shape, or keep the old one (default: as proposed)",
};

/** `sluice negotiate`: answers to changes of schema that wait for one. */
export const negotiateSpec: CommandSpec = {
  name: "negotiate",
  summary: "list and answer changes of schema that wait for a decision",
  details: [
    "An answer is a signal: the next `sluice plan` or `sluice run` decides the models concerned again.",
  ],
  args: [],
  flags: [],
  examples: [
    "sluice negotiate list",
    'sluice negotiate accept 3fae --reason "agreed with the shop"',
  ],
  isCancellable: false,
  load: null,
  subcommands: [
    {
      name: "list",
      summary: "list negotiations, those that are open first",
      details: [],
      args: [],
      flags: [],
      examples: ["sluice negotiate list --json"],
      isCancellable: false,
      load: async () => (await import("./negotiate-list-command.ts")).negotiateListCommand,
    },
    {
      name: "show",
      summary: "show a proposal: the exact change, who is affected, and what can be done",
      details: [],
      args: [id],
      flags: [],
      examples: ["sluice negotiate show 3fae"],
      isCancellable: false,
      load: async () => (await import("./negotiate-show-command.ts")).negotiateShowCommand,
    },
    {
      name: "accept",
      summary: "accept a proposal, as it is or on another route",
      details: [],
      args: [id],
      flags: [route, by, reason],
      examples: ["sluice negotiate accept 3fae", "sluice negotiate accept 3fae --route adapt"],
      isCancellable: false,
      load: async () => (await import("./negotiate-answer-command.ts")).negotiateAcceptCommand,
    },
    {
      name: "reject",
      summary: "reject a proposal: the models concerned stay stopped",
      details: ["Data still lands in raw; nothing is lost."],
      args: [id],
      flags: [by, reason],
      examples: ['sluice negotiate reject 3fae --reason "the key must not change"'],
      isCancellable: false,
      load: async () => (await import("./negotiate-answer-command.ts")).negotiateRejectCommand,
    },
    {
      name: "counter",
      summary: "answer a proposal with another route, which is then taken",
      details: [],
      args: [id],
      flags: [{ ...route, summary: "read the new shape, or keep the old one; needed" }, by, reason],
      examples: ["sluice negotiate counter 3fae --route adapt"],
      isCancellable: false,
      load: async () => (await import("./negotiate-answer-command.ts")).negotiateCounterCommand,
    },
  ],
};
