import { z } from "zod";
import { durationMsForm } from "../project/duration-ms-form.ts";
import { labelForm } from "../project/name-form.ts";
import { parseInstantMs } from "../signals/signal-types.ts";
import { drillForm } from "./drill-form.ts";
import { sourceEvents } from "./scenario.ts";

const chance = z.number().min(0).max(1);
const pattern = z
  .string()
  .max(200)
  .regex(/^[a-z0-9_*.-]+$/, "must be a name, with `*` for any part of it");
const patterns = z.union([pattern, z.array(pattern).min(1).max(1_000)]);
const cycle = z.int().min(1).max(100_000).describe("At which cycle, counting from 1.");
const lasts = durationMsForm.optional().describe("For how long; until the next cycle if not said.");

/** 2026-01-01T06:00:00Z */
const usualStart = 1_767_247_200_000;

const instantForm = z
  .string()
  .refine((text) => parseInstantMs(text) !== null, {
    error: "must be an instant with its zone",
    params: { fix: "Write, say, `2026-01-01T06:00:00Z`." },
  })
  .transform((text) => parseInstantMs(text) ?? usualStart)
  .default(usualStart);

const profileForm = z.strictObject({
  sources: patterns.describe("Names of sources, with `*` for any part. The first entry counts."),
  rows: z.int().min(0).max(1e12).default(10_000).describe("Rows at the start."),
  growth: z
    .number()
    .min(0.1)
    .max(100)
    .default(1)
    .describe("Rows of a cycle over those of the one before."),
  changes: chance.default(1).describe("The chance that a cycle finds something new."),
  late: chance.default(0).describe("The chance that what is new comes after its cycle."),
  late_by: durationMsForm.default(7_200_000).describe("How much later."),
  drift: chance.default(0).describe("The chance of another column."),
  missing: chance.default(0).describe("The chance that it is away while a cycle runs."),
  bad_rows: chance.default(0).describe("The chance that some of what is new is bad."),
});

const tasksForm = z.strictObject({
  tasks: patterns.describe("Ids of tasks, with `*` for any part, such as `*.transform`."),
  duration: durationMsForm.describe("How long an attempt takes in the middle."),
  spread: z
    .number()
    .min(0)
    .max(3)
    .default(0.3)
    .describe("How far times lie from that: 0 is always the same, 0.3 about a third."),
  per_thousand_rows: durationMsForm.optional().describe("What each thousand rows add."),
});

const sourceEventForm = z.strictObject({
  cycle,
  source: pattern.describe("A source, or several by `*`."),
  event: z
    .enum(sourceEvents)
    .describe(
      "late: what is new comes later. missing: it is away. partial: only a share of its rows is " +
        "there. drift: another column. bad_rows: some of what is new is bad. burst: it changes " +
        "several times while the cycle runs. unchanged: nothing new.",
    ),
  for: lasts,
  share: chance.default(0.5).describe("Of `partial`: the share of its rows that is there."),
});

const connectionEventForm = z.strictObject({
  cycle,
  connection: labelForm.describe("All its sources are out of reach."),
  for: lasts,
});

const faultEventForm = (kind: z.ZodType<string>) =>
  z.strictObject({
    cycle,
    fault: kind.describe("What goes wrong."),
    nth: z.int().min(0).max(1_000_000).default(0).describe("At which chance for it in that cycle."),
    size: chance.default(0.5).describe("How long, how much or how late, from 0 to 1."),
  });

/**
 * One document of `scenarios/*.yaml`.
 * @param faultKinds the kinds of fault that the simulator knows.
 */
export function scenarioFormOf(faultKinds: readonly string[]) {
  const kind = z.enum(faultKinds.length === 0 ? ["none"] : [...faultKinds]);
  return z
    .strictObject({
      scenario: labelForm.describe("The scenario's name."),
      description: z.string().default("").describe("What it tries."),
      subjects: z
        .union([
          z.literal("project"),
          z.strictObject({
            sources: z.int().min(1).max(100_000).describe("How many sources."),
            models: z.int().min(0).max(100_000).describe("How many models."),
          }),
        ])
        .default("project")
        .describe("`project`: its own sources and models. Else so many are made up."),
      cycles: z.int().min(1).max(10_000).default(10).describe("How many cycles are played."),
      every: durationMsForm.default(86_400_000).describe("From one cycle to the next."),
      start: instantForm.describe("When the first cycle is due."),
      seed: z.int().min(0).max(4_294_967_295).default(1).describe("What chance is drawn from."),
      profiles: z.array(profileForm).max(1_000).default([]).describe("What sources do by chance."),
      tasks: z.array(tasksForm).max(1_000).default([]).describe("How long work takes."),
      events: z
        .array(z.union([sourceEventForm, connectionEventForm, faultEventForm(kind)]))
        .max(10_000)
        .default([])
        .describe("What happens at stated cycles."),
      faults: z
        .strictObject({
          per_cycle: z.number().min(0).max(100).default(0).describe("Mean number in a cycle."),
          kinds: z.array(kind).min(1).optional().describe("Which; all of them if not said."),
        })
        .prefault({})
        .describe("What goes wrong by chance."),
      drill: drillForm.optional(),
    })
    .describe("A world to try rules in: what sources do, how long work takes, what goes wrong.");
}

export type ScenarioForm = z.output<ReturnType<typeof scenarioFormOf>>;
