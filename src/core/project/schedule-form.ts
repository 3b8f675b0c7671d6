import { z } from "zod";
import { type Timetable, timetableProblem } from "../schedule/timetable.ts";

/** When a source or model, or the whole project, is due, as people write it. */
export const scheduleForm: z.ZodType<Timetable> = z
  .strictObject({
    cron: z
      .string()
      .max(200)
      .describe("Minute, hour, day of the month, month and day of the week, such as 0 6 * * *."),
    zone: z
      .string()
      .max(100)
      .default("UTC")
      .describe("The time zone that the clock is of, such as Europe/Berlin."),
  })
  .superRefine((timetable, context) => {
    const problem = timetableProblem(timetable);
    if (problem === null) return;
    context.addIssue({
      code: "custom",
      message: `is no timetable: ${problem}`,
      params: { fix: 'Write one such as `{ cron: "0 6 * * *", zone: Europe/Berlin }`.' },
    });
  })
  .describe("When `sluice serve` runs it.");
