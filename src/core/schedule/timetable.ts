import { Cron } from "croner";
import { formatInstant } from "../conditions/calendar.ts";
import type { EpochMs } from "../std/time.ts";
import { instantsOf, isZone, type WallMs, wallTime } from "./zone.ts";

/** When something is due by the clock of a zone. */
export interface Timetable {
  /** Minute, hour, day of the month, month and day of the week. */
  readonly cron: string;
  /** By the name of the zone database, such as `Europe/Berlin`. */
  readonly zone: string;
}

/** What is wrong with a timetable as it is written; `null` when nothing is. */
export function timetableProblem({ cron, zone }: Timetable): string | null {
  if (!isZone(zone)) return `\`${zone}\` is no time zone`;
  const nicknames = /^@(hourly|daily|midnight|weekly|monthly|yearly|annually)$/;
  const isForm = nicknames.test(cron) || /^[^\s?]+( +[^\s?]+){4}$/.test(cron);
  if (!isForm) {
    return "a cron expression has five parts: minute, hour, day of the month, month, day of the week";
  }
  try {
    const first = patternOf(cron).nextRun(formatInstant(0));
    return first === null ? "a cron expression must name a time that comes" : null;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
  }
}

/** Around a change of the clocks, times of the wall and instants may be this far out of step. */
const changeMsMax = 3 * 3_600_000;

/**
 * The first instant after another one at which a timetable is due; `null` when there is none.
 *
 * Each time of the wall that the expression names is due once. Where clocks are put forward over
 * it, it is due at the instant at which they are; several such are one. Where they are put back and
 * it comes twice, it is due the first time; but an expression that names every hour (its hour
 * begins with `*`) is about a rhythm, and keeps it: it is due both times.
 */
export function nextDue(timetable: Timetable, after: EpochMs): EpochMs | null {
  const { zone } = timetable;
  const pattern = patternOf(timetable.cron);
  const isRhythm = /^@hourly$|^\S+ +\*/.test(timetable.cron);
  let due: EpochMs | null = null;
  let wall: WallMs | null = wallTime(after, zone) - changeMsMax;
  for (;;) {
    wall = pattern.nextRun(formatInstant(wall))?.getTime() ?? null;
    if (wall === null) return due;
    const [first, ...again] = instantsOf(wall, zone);
    for (const instant of isRhythm ? [first, ...again] : [first]) {
      if (instant > after && (due === null || instant < due)) due = instant;
    }
    // Later times of the wall are later instants, except for as long as a change lasts.
    if (due !== null && wall > wallTime(due, zone) + changeMsMax) return due;
  }
}

/** Asked in UTC, whose days are all alike: what a zone does with its clocks is our rule, not its. */
function patternOf(cron: string): Cron {
  return new Cron(cron, { paused: true, utcOffset: 0 });
}
