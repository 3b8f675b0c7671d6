import { z } from "zod";
import { formatInstant, parseInstant } from "../conditions/calendar.ts";
import { isWellFormed } from "../std/canonical-json.ts";
import type { EpochMs } from "../std/time.ts";
import type { OverrideData, Remark, SignalData, SignalType } from "./signal.ts";

/** One type of signal: what it is about, what it carries, and what it means. */
export interface SignalTypeSpec<T extends SignalType> {
  /** What `subject` names: a source; a source or model; a connection; or something that runs short. */
  readonly subject: "source" | "subject" | "connection" | "resource";
  readonly data: z.ZodType<SignalData[T]>;
  readonly summary: string;
}

/** Texts for people are short: a signal is stored with every run that it enters. */
const textMax = 1_000;

/** A text that can be stored, hashed and printed as it is. */
export function signalText(lengthMax: number) {
  return z
    .string()
    .min(1)
    .max(lengthMax)
    .refine((text) => isWellFormed(text) && !/\p{Cc}/u.test(text), {
      error: "Expected one line of text without control characters",
    });
}

/** The last millisecond of the year 9999. */
const instantMax = 253_402_300_799_999;

/** An instant as RFC 3339 or in milliseconds since 1970. */
const instant: z.ZodType<EpochMs> = z
  .union([z.int().min(0).max(instantMax), z.string().max(64)])
  .transform((value, context) => {
    if (typeof value === "number") return value;
    const parsed = parseInstantMs(value);
    if (parsed !== null) return parsed;
    context.addIssue("Expected an instant such as 2026-01-31T12:00:00Z");
    return z.NEVER;
  });

/** Reads an RFC 3339 instant to the millisecond; `null` when it is none, or before 1970. */
export function parseInstantMs(text: string): EpochMs | null {
  const parsed = parseInstant(text);
  if (parsed === null || parsed < 0) return null;
  return typeof parsed === "number" ? parsed : Number(parsed / 1_000_000n);
}

/** Writes an instant by RFC 3339. */
export function instantText(at: EpochMs): string {
  return formatInstant(at);
}

const text = signalText(textMax);
const remark: z.ZodType<Remark> = z.strictObject({
  because: text.exactOptional().describe("Why, for people."),
});
const override: z.ZodType<OverrideData> = z.strictObject({
  by: text.describe("Who says so."),
  why: text.describe("Why, for those who ask later."),
  until: instant
    .nullable()
    .default(null)
    .describe("When it ends by itself; without it, when it is lifted."),
  cancel: z
    .boolean()
    .exactOptional()
    .describe("Whether what has begun of it in a run that goes on is ended."),
});

/** Every type of signal. On the wire its name follows `dev.sluice.`. */
export const signalTypes: { readonly [T in SignalType]: SignalTypeSpec<T> } = {
  "source.late": {
    subject: "source",
    data: remark,
    summary: "A source should have something new by now, and has not.",
  },
  "source.back": {
    subject: "source",
    data: remark,
    summary: "A source that was late or out of reach is there again.",
  },
  "source.changed": {
    subject: "source",
    data: remark,
    summary: "A source has new content.",
  },
  "schema.changed": {
    subject: "source",
    data: remark,
    summary: "A source has another shape.",
  },
  "quality.dropped": {
    subject: "subject",
    data: z.strictObject({
      failedChecks: z.int().min(0).max(1_000_000).describe("How many."),
    }),
    summary: "Checks of a source or model failed, whoever measured them.",
  },
  "tier.changed": {
    subject: "subject",
    data: z.strictObject({ tier: z.int().min(0).max(9).describe("0 is the most critical.") }),
    summary: "A source or model is more critical than declared, or less.",
  },
  "circuit.opened": {
    subject: "connection",
    data: z.strictObject({
      until: instant.describe("When it may be tried again."),
      because: text.describe("What went wrong."),
    }),
    summary: "Too much went wrong over a connection; it is left alone for a while.",
  },
  "circuit.closed": {
    subject: "connection",
    data: remark,
    summary: "A connection works again.",
  },
  pressure: {
    subject: "resource",
    data: z.strictObject({
      level: z
        .union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)])
        .describe(
          "0: it is over; 1: run less at once; 2: put off what can wait; 3: leave out what is optional.",
        ),
    }),
    summary: "Memory, disk, slots or the warehouse run short; level 0 says that it is over.",
  },
  "override.bypass": {
    subject: "subject",
    data: override,
    summary: "Somebody says that a source or model shall not run.",
  },
  "override.force": {
    subject: "subject",
    data: override,
    summary: "Somebody says that a source or model shall run, whatever is known of it.",
  },
  "override.freeze": {
    subject: "subject",
    data: override,
    summary:
      "Somebody says that the table of a source or model shall stay as it is, and be read so.",
  },
  "override.lift": {
    subject: "subject",
    data: z
      .strictObject({
        by: text.describe("Who says so."),
        why: text.describe("Why, for those who ask later."),
        until: z.null().exactOptional(),
      })
      .transform(({ by, why }) => ({ by, why })),
    summary: "What somebody said of a source or model no longer holds.",
  },
  "cycle.due": {
    subject: "subject",
    data: remark,
    summary: "It is time for a source or model, by its cadence or its timetable.",
  },
};
