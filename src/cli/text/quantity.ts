import { type EpochMs, formatDurationMs } from "../../core/std/time.ts";

/** A number with thousands separators: `3,000,000`. */
export function formatCount(count: number): string {
  const [whole = "", fraction] = String(count).split(".");
  if (!/^-?\d+$/.test(whole)) return String(count);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** `1 row`, `3,376 rows`: a count with its noun. */
export function formatCounted(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** A size in decimal units: `512 B`, `64.1 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB", "PB"];
  // Counted as it will be rounded, so that no size is written as 1000 of a unit.
  const power = Math.min(Math.floor(Math.log10(bytes * 1.000_5) / 3), units.length);
  const value = bytes / 1_000 ** power;
  return `${value.toFixed(value < 100 ? 1 : 0)} ${units[power - 1] ?? ""}`;
}

/** An instant to the second, in UTC: `2026-03-01 12:00:05Z`. */
export function formatInstant(at: EpochMs): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/** An instant as JSON carries it. */
export function isoInstant(at: EpochMs): string {
  return new Date(at).toISOString();
}

/** How long ago, in the largest unit: `5m ago`; `just now` for less than a second and clock skew. */
export function formatAgo(at: EpochMs, now: EpochMs): string {
  const elapsedMs = now - at;
  if (elapsedMs < 0) return `in ${largestUnit(-elapsedMs)}`;
  return elapsedMs < 1_000 ? "just now" : `${largestUnit(elapsedMs)} ago`;
}

function largestUnit(durationMs: number): string {
  return /^\d+[a-z]+/.exec(formatDurationMs(durationMs))?.[0] ?? "0s";
}
