import { parseInstant } from "../conditions/calendar.ts";
import { assert } from "../std/assert.ts";
import type { EpochMs } from "../std/time.ts";

/**
 * Clocks on the wall. A wall time is what a clock of a zone shows, written as the milliseconds of
 * the same numbers in UTC. Zones come from the zone data of the JavaScript engine; nothing that is
 * decided or replayed rests on them, only when a cycle begins.
 */
export type WallMs = number;

const dayMs = 86_400_000;

/** Whether there is zone data of that name, such as `Europe/Berlin`. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    clockOf(name);
    return true;
  } catch {
    // It throws for what it does not know, and says so in no other way.
    return false;
  }
}

/** What the zone's clocks show at an instant. */
export function wallTime(instant: EpochMs, zone: string): WallMs {
  const parts = new Map<string, string>();
  for (const { type, value } of clockOf(zone).formatToParts(instant)) parts.set(type, value);
  const part = (name: string, width = 2) => (parts.get(name) ?? "").padStart(width, "0");
  const day = `${part("year", 4)}-${part("month")}-${part("day")}`;
  const wall = parseInstant(`${day}T${part("hour")}:${part("minute")}:${part("second")}Z`);
  assert(typeof wall === "number", `the clocks of ${zone} show a time`);
  return wall + (((instant % 1_000) + 1_000) % 1_000);
}

/**
 * The instants at which the zone's clocks show a wall time, the earliest first: mostly one; two
 * where clocks are put back over it. Where clocks are put forward over it there is none, and the
 * answer is the instant at which they are.
 */
export function instantsOf(wall: WallMs, zone: string): readonly [EpochMs, ...EpochMs[]] {
  // An offset holds for longer than a day, so around the time there are at most these two.
  const before = wallTime(wall - dayMs, zone) - (wall - dayMs);
  const after = wallTime(wall + dayMs, zone) - (wall + dayMs);
  const candidates = [...new Set([wall - before, wall - after])].sort(
    (left, right) => left - right,
  );
  const [first, ...others] = candidates.filter((instant) => wallTime(instant, zone) === wall);
  if (first !== undefined) return [first, ...others];
  return [changeBetween(Math.min(...candidates), Math.max(...candidates), zone)];
}

/** The instant in (`from`, `to`] at which the zone's offset becomes another. */
function changeBetween(from: EpochMs, to: EpochMs, zone: string): EpochMs {
  const offsetAt = (instant: EpochMs) => wallTime(instant, zone) - instant;
  const offset = offsetAt(from);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Made once for each zone: making one costs more than a hundred uses. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  clocks.set(zone, clock);
  return clock;
}
