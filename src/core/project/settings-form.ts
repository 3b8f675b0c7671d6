import { z } from "zod";
import { subjectForms } from "./attribute-forms.ts";
import { durationMsForm } from "./duration-ms-form.ts";
import { labelForm } from "./name-form.ts";
import { scheduleForm } from "./schedule-form.ts";
import { poolsForm, safeguardForms } from "./template-forms.ts";

const path = z
  .string()
  .min(1)
  .max(1_000)
  .refine((text) => !text.includes("\\") && !text.includes("\0"), {
    error: "must be a path with `/` between its parts",
    params: { fix: "Write `/` where it has `\\`." },
  })
  .refine((text) => !text.startsWith("~"), {
    error: "begins with `~`, which is not expanded",
    params: { fix: "Write the folder out, or a path from the project's folder." },
  });

const sizeUnits: Readonly<Record<string, number>> = {
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

const memory = z
  .string()
  .regex(/^\d+(\.\d+)?(MB|GB|TB|MiB|GiB|TiB)$/, "must be a size with MB, GB, TB, MiB, GiB or TiB")
  .meta({ examples: ["2GB", "512MiB"] })
  .transform((text) => {
    const [, amount = "0", unit = "MB"] = /^([\d.]+)(\w+)$/.exec(text) ?? [];
    return Math.round(Number(amount) * (sizeUnits[unit] ?? 1));
  });

const dayMs = 86_400_000;

const defaults = z
  .strictObject({
    tier: subjectForms.tier.optional(),
    owner: subjectForms.owner.optional(),
    demand: subjectForms.demand.optional(),
    materialize: z.enum(["view", "table"]).optional().describe("What a model becomes."),
    probe_timeout: durationMsForm.optional().describe("How long one source may take to probe."),
    ...safeguardForms,
  })
  .describe("What holds wherever a file says nothing else.");

/** `sluice.yaml`. */
export const settingsForm = z
  .strictObject({
    project: z
      .string()
      .max(100)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be letters, digits, `.`, `_` and `-`")
      .describe("The project's name."),
    description: z.string().optional().describe("What it is for."),
    warehouse: z
      .strictObject({
        type: z.literal("duckdb").default("duckdb").describe("The kind of warehouse."),
        path: path
          .refine((text) => text !== ":memory:", {
            error: "cannot be `:memory:`: what is loaded must still be there in the next run",
            params: { fix: "Write the path of a file, such as `warehouse.duckdb`." },
          })
          .default("warehouse.duckdb")
          .describe("The database's file."),
      })
      .prefault({})
      .describe("Where the data goes."),
    catalog: z
      .strictObject({ path: path.default(".sluice/catalog.db").describe("The catalog's file.") })
      .prefault({})
      .describe("Where runs, decisions and snapshots are kept."),
    staging: z
      .strictObject({ path: path.default(".sluice/staging").describe("The folder.") })
      .prefault({})
      .describe("Where extracted files wait for their load."),
    paths: z
      .strictObject({
        allow: z
          .array(path)
          .default([])
          .describe("Folders outside the project that connections may read."),
      })
      .prefault({})
      .describe("What may be touched outside the project's folder."),
    template: labelForm.default("standard").describe("The template that tasks follow."),
    defaults: defaults.prefault({}),
    pools: poolsForm,
    schedule: scheduleForm.optional(),
    serve: z
      .strictObject({
        host: z.string().min(1).max(255).default("127.0.0.1").describe("The address to listen at."),
        port: z.int().min(0).max(65_535).default(7480).describe("0 takes any that is free."),
        token: z
          .string()
          .regex(
            /^\$\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^${}]+)\}$/,
            "must be a secret's reference",
          )
          .optional()
          .describe("What senders must have; made at the first start when absent."),
      })
      .prefault({})
      .describe("How `sluice serve` takes signals in by HTTP."),
    retention: z
      .strictObject({
        runs: z
          .union([durationMsForm, z.literal("forever").transform(() => null)])
          .default(90 * dayMs)
          .describe("How long a run is kept after its end, with its decision and events."),
        min_runs: z
          .int()
          .min(1)
          .max(1_000_000)
          .default(20)
          .describe("How many of the newest runs are kept however old they are."),
        staging: durationMsForm
          .default(7 * dayMs)
          .describe("How long extracted files wait for a load that nobody goes on with."),
        versions: z
          .int()
          .min(0)
          .max(1_000)
          .default(10)
          .describe("How many former versions of a table are kept at most, where any are."),
      })
      .prefault({})
      .describe("How long what is over is kept. What a run may still need always is."),
    limits: z
      .strictObject({
        memory: memory.optional().describe("What the warehouse may use."),
        threads: z.int().min(1).max(1_024).optional().describe("Threads of the warehouse."),
      })
      .prefault({})
      .describe("Bounds of the embedded warehouse."),
  })
  .describe(
    "A Sluice project: where things are, and what holds wherever a file says nothing else.",
  );

export type SettingsForm = z.output<typeof settingsForm>;
