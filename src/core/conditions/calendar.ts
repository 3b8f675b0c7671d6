/**
 * Instants and spans without a clock and without the machine's zone data: a rule's outcome must not
 * depend on where it is evaluated, so zones are UTC and fixed offsets.
 *
 * An instant is milliseconds since 1970 and a span is milliseconds, as a number; where they need
 * more than milliseconds both are a bigint of nanoseconds. One value always has one form.
 */
export type TimeValue = number | bigint;

const nanosPerMs = 1_000_000n;
const nanosPerSecond = 1_000_000_000n;
const leastInstantSeconds = -62_135_596_800n;
const greatestInstantSeconds = 253_402_300_799n;
const greatestSpanSeconds = 315_576_000_000n;
const dayMs = 86_400_000;

export function toNanos(value: TimeValue): bigint {
  return typeof value === "bigint" ? value : BigInt(Math.round(value)) * nanosPerMs;
}

function fromNanos(nanos: bigint): TimeValue {
  return nanos % nanosPerMs === 0n ? Number(nanos / nanosPerMs) : nanos;
}

/** The instant, or `null` outside the years 1 to 9999. */
export function instantOfNanos(nanos: bigint): TimeValue | null {
  const isInside =
    nanos >= leastInstantSeconds * nanosPerSecond &&
    nanos < (greatestInstantSeconds + 1n) * nanosPerSecond;
  return isInside ? fromNanos(nanos) : null;
}

/** The span, or `null` beyond 10,000 years. */
export function spanOfNanos(nanos: bigint): TimeValue | null {
  const greatest = greatestSpanSeconds * nanosPerSecond;
  return nanos >= -greatest && nanos <= greatest ? fromNanos(nanos) : null;
}

/** Whole seconds of an instant or span, towards the past (instants) or towards zero (spans). */
export function wholeSeconds(value: TimeValue, rounding: "floor" | "truncate"): number {
  if (typeof value === "number") {
    return (rounding === "floor" ? Math.floor(value / 1000) : Math.trunc(value / 1000)) + 0;
  }
  const quotient = value / nanosPerSecond;
  const isBelow = rounding === "floor" && value < 0n && value % nanosPerSecond !== 0n;
  return Number(isBelow ? quotient - 1n : quotient);
}

/** Days since 1970-01-01 of a date of the proleptic Gregorian calendar; `month` counts from 1. */
function daysFromDate(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** An instant's fields on the calendar and the clock of an offset. `month` and `day` count from 1. */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** From 0. */
  readonly dayOfYear: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Of the second. */
  readonly nanos: number;
}

export function civilTime(instant: TimeValue, offsetMinutes: number): CivilTime {
  const seconds = wholeSeconds(instant, "floor") + offsetMinutes * 60;
  const days = Math.floor(seconds / 86_400);
  const rest = seconds - days * 86_400;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfShifted =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthOfShifted = Math.floor((5 * dayOfShifted + 2) / 153);
  const month = monthOfShifted < 10 ? monthOfShifted + 3 : monthOfShifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return {
    year,
    month,
    day: dayOfShifted - Math.floor((153 * monthOfShifted + 2) / 5) + 1,
    weekday: (((days + 4) % 7) + 7) % 7,
    dayOfYear: days - daysFromDate(year, 1, 1),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    nanos: Number(((toNanos(instant) % nanosPerSecond) + nanosPerSecond) % nanosPerSecond),
  };
}

/** Reads `UTC`, `+02:00` or `-07:30` as minutes, or gives `null` for a zone that needs zone data. */
export function parseOffsetMinutes(zone: string): number | null {
  if (zone === "UTC" || zone === "Z" || zone === "") return 0;
  const match = /^([+-]?)(\d{2}):(\d{2})$/.exec(zone);
  if (match === null) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === "-" ? -minutes : minutes;
}

const instantPattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/** Reads an RFC 3339 instant, to the nanosecond; `null` when it is none or out of range. */
export function parseInstant(text: string): TimeValue | null {
  const match = instantPattern.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  if (hour === undefined || minute === undefined || second === undefined) return null;
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return null;
  const days = daysFromDate(year, month, day);
  if (civilTime(days * dayMs, 0).day !== day) return null;
  const offset = parseOffsetMinutes(match[8]?.toUpperCase() ?? "");
  if (offset === null) return null;
  const seconds = days * 86_400 + hour * 3600 + (minute - offset) * 60 + second;
  const nanos = BigInt((match[7] ?? "").padEnd(9, "0"));
  return instantOfNanos(BigInt(seconds) * nanosPerSecond + nanos);
}

const pad = (value: number, width: number) => String(value).padStart(width, "0");

/** Writes an instant by RFC 3339 in UTC, with as many digits below the second as it has. */
export function formatInstant(instant: TimeValue): string {
  const at = civilTime(instant, 0);
  const fraction = at.nanos === 0 ? "" : `.${pad(at.nanos, 9).replace(/0+$/, "")}`;
  const date = `${pad(at.year, 4)}-${pad(at.month, 2)}-${pad(at.day, 2)}`;
  return `${date}T${pad(at.hour, 2)}:${pad(at.minute, 2)}:${pad(at.second, 2)}${fraction}Z`;
}

const unitNanos: Readonly<Record<string, bigint>> = {
  h: 3_600n * nanosPerSecond,
  m: 60n * nanosPerSecond,
  s: nanosPerSecond,
  ms: nanosPerMs,
  us: 1_000n,
  µs: 1_000n,
  ns: 1n,
};

/** Reads a span such as `6h`, `1h30m`, `-1.5s` or `250ms`; `null` when it is none or out of range. */
export function parseSpan(text: string): TimeValue | null {
  const match = /^([+-]?)((?:\d+(?:\.\d*)?|\.\d+)(?:h|ms|m|s|us|µs|ns))+$/.exec(text);
  if (match === null || text.length > 100) return text === "0" ? 0 : null;
  let nanos = 0n;
  for (const part of text.matchAll(/(\d*)\.?(\d*)(h|ms|m|s|us|µs|ns)/g)) {
    const unit = unitNanos[part[3] ?? ""] ?? 0n;
    const fraction = part[2] ?? "";
    nanos += BigInt(part[1] || "0") * unit;
    if (fraction !== "") nanos += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
  }
  return spanOfNanos(match[1] === "-" ? -nanos : nanos);
}

/** Writes a span in seconds, as the standard does: `21600s`, `0.25s`. */
export function formatSpan(span: TimeValue): string {
  const nanos = toNanos(span);
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = size % nanosPerSecond;
  const digits = fraction === 0n ? "" : `.${pad(Number(fraction), 9).replace(/0+$/, "")}`;
  return `${nanos < 0n ? "-" : ""}${size / nanosPerSecond}${digits}s`;
}
