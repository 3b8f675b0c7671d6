import type { EpochMs } from "../../core/std/time.ts";

const form =
  /^(\d{4})-(\d{2})-(\d{2})(T(\d{2}):(\d{2})(:(\d{2})(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads an ISO 8601 instant: a date, which means its midnight in UTC, or a date and time with
 * `Z` or an offset. A time without a zone would mean another instant on another machine.
 * @returns `null` when the text is no such instant, or a day that no calendar has.
 */
export function parseInstant(text: string): EpochMs | null {
  const match = form.exec(text);
  if (match === null) return null;
  const [, year, month, day] = match;
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > days) return null;
  const at = Date.parse(match[4] === undefined ? `${text}T00:00:00Z` : text);
  return Number.isNaN(at) ? null : at;
}
