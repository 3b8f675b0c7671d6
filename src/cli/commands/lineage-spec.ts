import type { CommandSpec } from "./command-spec.ts";

/** `sluice lineage`: where columns come from and go to. */
export const lineageSpec: CommandSpec = {
  name: "lineage",
  summary: "show where the columns of a table come from and go to",
  details: [
    "By the SQL of the models, checked against what the engine reads for it, with the shapes of the" +
      " sources that the last run saw. A column that is read without being known for what is opaque:" +
      " the worst is assumed of it.",
    "With --sql and --schema it is about a query outside of any project. The schema is a JSON file" +
      ' with { tables: [{ name: "raw.orders", columns: [{ name, type }] }] }.',
  ],
  args: [
    {
      name: "table",
      isRequired: false,
      summary: 'a source, a model, or a column of one, such as orders.status or raw.daily."a b"',
    },
  ],
  flags: [
    { long: "--upstream", summary: "all that it is made from, through all models" },
    { long: "--downstream", summary: "all that is made from it, through all models" },
    { long: "--depth", value: "N", summary: "at most so many models (default: to the end)" },
    { long: "--sql", value: "FILE", summary: "a query instead of a table of the project" },
    { long: "--schema", value: "FILE", summary: "the shapes of the tables that the query reads" },
    { long: "--dialect", value: "NAME", summary: "of the query (default: duckdb)" },
  ],
  examples: [
    "sluice lineage revenue",
    "sluice lineage raw.orders.status --downstream",
    "sluice lineage --sql q.sql --schema tables.json --dialect snowflake --json",
  ],
  isCancellable: false,
  load: async () => (await import("./lineage-command.ts")).lineageCommand,
};

/** `sluice impact`: what a change can reach. */
export const impactSpec: CommandSpec = {
  name: "impact",
  summary: "show every model that a change of a column can reach",
  details: [
    "Through values, and through filters, joins and groups that decide on rows. What cannot be found" +
      " out counts as reached.",
  ],
  args: [
    { name: "column", isRequired: true, summary: "of a source or model, such as orders.status" },
  ],
  flags: [],
  examples: ["sluice impact orders.status", "sluice impact raw.orders --json"],
  isCancellable: false,
  load: async () => (await import("./impact-command.ts")).impactCommand,
};
