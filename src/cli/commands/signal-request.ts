import { isMapping } from "../../core/project/json-object.ts";
import type { SignalType } from "../../core/signals/signal.ts";
import { signalTypes } from "../../core/signals/signal-types.ts";
import { closestName } from "../../core/std/closest-name.ts";
import type { Json, JsonObject } from "../../core/std/json.ts";
import { type EpochMs, parseDurationMs } from "../../core/std/time.ts";
import type { SignalRequest } from "../../engine/signal-desk.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { parseInstant } from "../parse/parse-instant.ts";
import { isoInstant } from "../text/quantity.ts";

/** Names that are quicker to type than those of the types. */
const shortNames: Readonly<Record<string, SignalType>> = {
  late: "source.late",
  back: "source.back",
  changed: "source.changed",
  schema: "schema.changed",
  quality: "quality.dropped",
  tier: "tier.changed",
  opened: "circuit.opened",
  closed: "circuit.closed",
  bypass: "override.bypass",
  force: "override.force",
  freeze: "override.freeze",
  lift: "override.lift",
  due: "cycle.due",
};

/** What was typed of a signal. */
export interface TypedSignal {
  readonly type: string;
  readonly subject: string;
  readonly data: string | null;
  readonly why: string | null;
  readonly until: string | null;
  readonly isCancelling: boolean;
  readonly id: string | null;
  readonly now: EpochMs;
  /** Asked only where a type has an author. */
  readonly author: () => string;
}

/** @throws USAGE_INVALID for what is no type, no JSON, no instant, or does not belong to the type */
export function signalRequest(typed: TypedSignal): SignalRequest {
  const type = typeOf(typed.type);
  const data = { ...dataOf(typed.data), ...flagsOf(type, typed) };
  const { subject, id } = typed;
  return { type, subject, data, source: "/sluice/cli", ...(id === null ? {} : { id }) };
}

function typeOf(name: string): SignalType {
  const plain = name.replace(/^dev\.sluice\./, "");
  const type = shortNames[plain] ?? plain;
  if (isSignalType(type)) return type;
  const names = [...Object.keys(shortNames), ...Object.keys(signalTypes)];
  const near = closestName(plain, names);
  throw new OperatingError("USAGE_INVALID", `There is no signal of type ${name}.`, {
    hint: near === null ? `There are: ${names.join(", ")}.` : `Did you mean \`${near}\`?`,
  });
}

function isSignalType(name: string): name is SignalType {
  return Object.hasOwn(signalTypes, name);
}

function dataOf(typed: string | null): JsonObject {
  if (typed === null) return {};
  const hint = "Write an object with double quotes, such as '{\"tier\": 0}'.";
  let value: Json;
  try {
    value = JSON.parse(typed);
  } catch (error) {
    throw new OperatingError("USAGE_INVALID", "--data is no JSON.", { hint, cause: error });
  }
  if (isMapping(value)) return value;
  throw new OperatingError("USAGE_INVALID", "--data is no JSON object.", { hint });
}

/** What flags say, under the names that the type has for it. */
function flagsOf(type: SignalType, typed: TypedSignal): JsonObject {
  const { why, until, isCancelling } = typed;
  const ends = until === null ? {} : { until: isoInstant(untilOf(until, typed.now)) };
  if (type.startsWith("override.")) {
    const cancel = isCancelling ? { cancel: true } : {};
    return { by: typed.author(), why: why ?? "not said", ...ends, ...cancel };
  }
  if (isCancelling) throw misplaced("--cancel", type);
  const because = why === null ? {} : { because: why };
  return { ...because, ...ends };
}

function misplaced(flag: string, type: SignalType): OperatingError {
  return new OperatingError("USAGE_INVALID", `${flag} says nothing of a signal ${type}.`, {
    hint: "It is for bypass, force and freeze.",
  });
}

function untilOf(typed: string, now: EpochMs): EpochMs {
  const spanMs = parseDurationMs(typed);
  const until = spanMs === null ? parseInstant(typed) : now + spanMs;
  if (until !== null && until > now) return until;
  const said = until === null ? "no span and no instant" : "over already";
  throw new OperatingError("USAGE_INVALID", `--until ${typed} is ${said}.`, {
    hint: "Write a span (90m, 6h, 2d) or an instant to come with its zone (2026-01-31T06:00:00Z).",
  });
}
