import {
  type CivilTime,
  civilTime,
  formatInstant,
  formatSpan,
  instantOfNanos,
  parseInstant,
  parseOffsetMinutes,
  parseSpan,
  spanOfNanos,
  type TimeValue,
  toNanos,
  wholeSeconds,
} from "./calendar.ts";
import { durationType, intType, stringType, timestampType } from "./condition-type.ts";
import { convertInteger } from "./int64.ts";
import {
  freeFunction,
  method,
  mismatch,
  type Overload,
  ofNumber,
  ofNumbers,
  ofText,
  orFail,
  same,
  timeOverflow,
  total,
} from "./overload.ts";
import { failure } from "./value.ts";

const noInstant = failure("the text is no RFC 3339 timestamp within the years 1 to 9999");
const noSpan = failure("the text is no duration such as 6h or 1h30m");
const noZone = failure("the time zone is not UTC or an offset such as +02:00");

const conversions: readonly Overload[] = [
  total(freeFunction("timestamp", ["timestamp"], timestampType, same)),
  freeFunction(
    "timestamp",
    ["string"],
    timestampType,
    ofText((text) => orFail(parseInstant(text), noInstant)),
  ),
  freeFunction(
    "timestamp",
    ["int"],
    timestampType,
    ofNumber((seconds) => {
      const exact = convertInteger(seconds, "int");
      if (exact === null) return timeOverflow;
      return orFail(instantOfNanos(BigInt(exact) * 1_000_000_000n), timeOverflow);
    }),
  ),
  total(freeFunction("duration", ["duration"], durationType, same)),
  freeFunction(
    "duration",
    ["string"],
    durationType,
    ofText((text) => orFail(parseSpan(text), noSpan)),
  ),
  total(
    freeFunction(
      "int",
      ["timestamp"],
      intType,
      ofNumber((value) => wholeSeconds(value, "floor")),
    ),
  ),
  total(freeFunction("string", ["timestamp"], stringType, ofNumber(formatInstant))),
  total(freeFunction("string", ["duration"], stringType, ofNumber(formatSpan))),
];

function combine(
  left: TimeValue,
  right: TimeValue,
  sign: 1n | -1n,
  inRange: (nanos: bigint) => TimeValue | null,
): unknown {
  return orFail(inRange(toNanos(left) + sign * toNanos(right)), timeOverflow);
}

/** The standard holds the time between two instants in 64 bits of nanoseconds: 292 years. */
function spanBetween(nanos: bigint): TimeValue | null {
  return BigInt.asIntN(64, nanos) === nanos ? spanOfNanos(nanos) : null;
}

/** Well below those 292 years, a difference of milliseconds is exact and in range. */
const quickSpanMsMax = 9e12;

const arithmetic: readonly Overload[] = [
  freeFunction(
    "+",
    ["timestamp", "duration"],
    timestampType,
    ofNumbers((left, right) => combine(left, right, 1n, instantOfNanos)),
  ),
  freeFunction(
    "+",
    ["duration", "timestamp"],
    timestampType,
    ofNumbers((left, right) => combine(left, right, 1n, instantOfNanos)),
  ),
  freeFunction(
    "+",
    ["duration", "duration"],
    durationType,
    ofNumbers((left, right) => combine(left, right, 1n, spanOfNanos)),
  ),
  freeFunction(
    "-",
    ["timestamp", "duration"],
    timestampType,
    ofNumbers((left, right) => combine(left, right, -1n, instantOfNanos)),
  ),
  freeFunction(
    "-",
    ["timestamp", "timestamp"],
    durationType,
    ofNumbers((left, right) => {
      const isQuick = typeof left === "number" && typeof right === "number";
      if (isQuick && Math.abs(left - right) <= quickSpanMsMax) return left - right;
      return combine(left, right, -1n, spanBetween);
    }),
  ),
  freeFunction(
    "-",
    ["duration", "duration"],
    durationType,
    ofNumbers((left, right) => combine(left, right, -1n, spanOfNanos)),
  ),
];

const fields: Readonly<Record<string, (at: CivilTime) => number>> = {
  getFullYear: (at) => at.year,
  getMonth: (at) => at.month - 1,
  getDate: (at) => at.day,
  getDayOfMonth: (at) => at.day - 1,
  getDayOfWeek: (at) => at.weekday,
  getDayOfYear: (at) => at.dayOfYear,
  getHours: (at) => at.hour,
  getMinutes: (at) => at.minute,
  getSeconds: (at) => at.second,
  getMilliseconds: (at) => Math.floor(at.nanos / 1_000_000),
};

const timestampFields: readonly Overload[] = Object.entries(fields).flatMap(([name, read]) => [
  total(
    method(
      name,
      ["timestamp"],
      intType,
      ofNumber((instant) => read(civilTime(instant, 0))),
    ),
  ),
  method(name, ["timestamp", "string"], intType, (_frame, instant, zone) => {
    if (typeof zone !== "string") return mismatch;
    if (typeof instant !== "number" && typeof instant !== "bigint") return mismatch;
    const offset = parseOffsetMinutes(zone);
    return offset === null ? noZone : read(civilTime(instant, offset));
  }),
]);

const durationFields: readonly Overload[] = Object.entries({
  getHours: 3600,
  getMinutes: 60,
  getSeconds: 1,
}).map(([name, seconds]) =>
  total(
    method(
      name,
      ["duration"],
      intType,
      ofNumber((span) => Math.trunc(wholeSeconds(span, "truncate") / seconds) + 0),
    ),
  ),
);

const durationMilliseconds = total(
  method(
    "getMilliseconds",
    ["duration"],
    intType,
    ofNumber((span) => Number((toNanos(span) / 1_000_000n) % 1_000n)),
  ),
);

/** Timestamps and durations: conversions, arithmetic, and the fields of calendar and clock. */
export const timeOverloads: readonly Overload[] = [
  ...conversions,
  ...arithmetic,
  ...timestampFields,
  ...durationFields,
  durationMilliseconds,
];
