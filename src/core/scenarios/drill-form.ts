import { z } from "zod";

const source = z.string().min(1).describe("A source of a `file` connection.");
const command = z
  .array(z.string().min(1))
  .min(1)
  .describe("A program and its arguments. No shell reads it.");
const when = z
  .enum(["before", "extract", "load"])
  .default("before")
  .describe("Before the run begins, or when that task of the source has begun.");

/** One thing that a drill does to a project's real stack. */
const faultForm = z.union([
  z.strictObject({
    kill: z
      .strictObject({
        times: z.int().min(1).max(50).default(3).describe("How often the process is killed."),
      })
      .describe("SIGKILL at random instants; each next run goes on."),
  }),
  z.strictObject({
    truncate: z
      .strictObject({
        source,
        share: z.number().gt(0).lt(1).default(0.5).describe("What is left of its first file."),
        when,
      })
      .describe("The source's first file is cut."),
  }),
  z.strictObject({
    unreadable: z.strictObject({ source, when }).describe("Its first file may not be read."),
  }),
  z.strictObject({
    late: z.strictObject({ source, when }).describe("Its first file comes after the run."),
  }),
  z.strictObject({
    stop: z
      .strictObject({
        connection: z.string().min(1).describe("Whose server is stopped."),
        stop: command.describe("Stops it, in the middle of an extraction."),
        start: command.describe("Starts it again, once the run has ended."),
      })
      .describe("A server is stopped while it is read."),
  }),
]);

/** What a scenario says of a drill: `drill: { faults: [...] }`. */
export const drillForm = z
  .strictObject({
    faults: z.array(faultForm).min(1).max(50).describe("What is done, each to a fresh copy."),
  })
  .describe("What `sluice drill` does to a copy of this project.");

export type DrillFault = z.output<typeof faultForm>;
