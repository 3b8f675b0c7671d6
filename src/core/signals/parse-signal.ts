import { z } from "zod";
import { closestName } from "../std/closest-name.ts";
import type { EpochMs } from "../std/time.ts";
import { type AnySignal, pressedResources, type SignalOf, type SignalType } from "./signal.ts";
import { parseInstantMs, signalText, signalTypes } from "./signal-types.ts";

/** What stands before our types in the `type` of a CloudEvent. */
export const eventTypePrefix = "dev.sluice.";

/** One thing that is wrong with an event, and where in it. */
export interface SignalProblem {
  /** The path of the attribute, such as `type` or `data.until`; empty for the event as a whole. */
  readonly at: string;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to write instead. */
  readonly fix: string;
}

/** A signal, or everything that is wrong with it. */
export type SignalResult<T extends SignalType = SignalType> =
  | { readonly ok: true; readonly signal: AnySignal<T> }
  | { readonly ok: false; readonly problems: readonly SignalProblem[] };

/** More than this of one event is not told: whoever sent it sees what is wrong by then. */
const problemMax = 20;

/**
 * Attributes that CloudEvents 1.0 has and Sluice reads. Extensions of others are left alone, as the
 * standard wants; what is said in `data` is not: an unknown key there is a mistake.
 */
const envelope = z.looseObject({
  specversion: z.literal("1.0"),
  id: signalText(256),
  source: signalText(1_024),
  type: signalText(256),
  subject: signalText(512),
  time: z.string().max(64).optional(),
  datacontenttype: z
    .string()
    .regex(/^application\/(json|[a-z0-9.+-]{1,100}\+json)\s*(;[ -~]{0,200})?$/i)
    .optional(),
  data_base64: z.undefined().optional(),
});

const fixes: Readonly<Record<string, string>> = {
  specversion: 'Write `"specversion": "1.0"`.',
  id: "Give the event an `id` of 1 to 256 characters that its sender uses once.",
  source: "Say in `source` who sends it, such as `/airflow/prod`.",
  type: `Write the type of a signal, such as \`${eventTypePrefix}source.late\`.`,
  subject: "Name in `subject` the source, model, connection or resource that it is about.",
  time: "Write an instant such as `2026-01-31T12:00:00Z`, or leave `time` out.",
  datacontenttype: "Send `data` as JSON, and write `application/json`.",
  data_base64: "Send `data` as JSON.",
};

/**
 * Reads a CloudEvent as a signal. Where it has no `time`, and where the sender's clock runs ahead
 * of ours, it happened when it arrived: nobody can outbid what others say later.
 * @param value the event's JSON, from anybody.
 */
export function parseSignal(value: unknown, arrivedAt: EpochMs): SignalResult {
  const read = envelope.safeParse(value);
  if (!read.success) return { ok: false, problems: problemsOf(read.error, "") };
  const { id, source, subject, time } = read.data;
  const problems: SignalProblem[] = [];
  const type = typeOf(read.data.type);
  if (type === null) problems.push(unknownType(read.data.type));
  const sentAt = time === undefined ? arrivedAt : parseInstantMs(time);
  if (sentAt === null) {
    problems.push({ at: "time", message: "The time is no instant.", fix: fixFor("time") });
  }
  if (type === null || sentAt === null) return { ok: false, problems };
  const common = { id, source, subject, at: Math.min(sentAt, arrivedAt) };
  return withData(type, common, read.data["data"]);
}

function withData<T extends SignalType>(
  type: T,
  common: Omit<SignalOf<T>, "type" | "data">,
  given: unknown,
): SignalResult<T> {
  const spec = signalTypes[type];
  const problems: SignalProblem[] = [];
  if (spec.subject === "resource" && !pressedResources.some((name) => name === common.subject)) {
    problems.push(unknownResource(common.subject));
  }
  const data = spec.data.safeParse(given ?? {});
  if (!data.success) problems.push(...problemsOf(data.error, "data"));
  if (!data.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, signal: { ...common, type, data: data.data } };
}

function typeOf(name: string): SignalType | null {
  if (!name.startsWith(eventTypePrefix)) return null;
  const type = name.slice(eventTypePrefix.length);
  return isSignalType(type) ? type : null;
}

function isSignalType(text: string): text is SignalType {
  return Object.hasOwn(signalTypes, text);
}

function unknownType(name: string): SignalProblem {
  const bare = name.startsWith(eventTypePrefix) ? name.slice(eventTypePrefix.length) : name;
  const types = Object.keys(signalTypes);
  const meant = isSignalType(bare) ? bare : closestName(bare, types);
  return {
    at: "type",
    message: `There is no signal of type \`${name}\`.`,
    fix:
      meant === null
        ? `Write \`${eventTypePrefix}\` and one of ${types.join(", ")}.`
        : `Did you mean \`${eventTypePrefix}${meant}\`?`,
  };
}

function unknownResource(subject: string): SignalProblem {
  const meant = closestName(subject, pressedResources);
  return {
    at: "subject",
    message: `Nothing named \`${subject}\` can run short.`,
    fix:
      meant === null
        ? `Write one of ${pressedResources.join(", ")}.`
        : `Did you mean \`${meant}\`?`,
  };
}

function problemsOf(error: z.ZodError, under: string): readonly SignalProblem[] {
  return error.issues.slice(0, problemMax).map((issue) => {
    const at = [...(under === "" ? [] : [under]), ...issue.path.map(String)].join(".");
    return { at, message: `${issue.message}.`, fix: fixFor(at) };
  });
}

function fixFor(at: string): string {
  if (at === "") return "Send one CloudEvent 1.0 as a JSON object.";
  const known = fixes[at];
  return known ?? "See `docs/guides/signals.md` for what each type of signal carries.";
}
