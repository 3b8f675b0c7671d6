import { numberRangeOf } from "./compare-types.ts";
import type { ColumnFormat, ColumnSketch, ObservedColumn } from "./observed-schema.ts";
import { dataTypeOf } from "./parse-data-type.ts";

/** So many values are evidence of what a column never has; fewer are not. */
export const tellingValues = 1_000;

/** One side of a comparison of formats. */
export interface FormatEvidence {
  readonly format: ColumnFormat | null;
  readonly sketch: ColumnSketch | null;
  /** Values that are not NULL that it rests on. */
  readonly values: number;
}

/** What a column's format is taken to have been and to be; equal where there is no news. */
export interface SettledFormat {
  readonly before: ColumnFormat | null;
  readonly after: ColumnFormat | null;
}

/** The format of a column of text; a column of whole numbers has no digits that could be padded. */
export function formatOf({ format, type }: ObservedColumn): ColumnFormat | null {
  if (format !== null) return format;
  if (numberRangeOf(dataTypeOf(type))?.kind !== "whole") return null;
  return { isZeroPadded: false, timestamps: null, decimalMark: null };
}

/**
 * Settles what was known of a format with what is seen now. What was not known is refined in
 * silence; patterns of which only some are there are no news; padding that is not there is news
 * only where its absence tells something.
 */
export function settleFormat(old: FormatEvidence, now: FormatEvidence): SettledFormat {
  const [was, is] = [old.format, now.format];
  if (was === null) return { before: is, after: is };
  if (is === null) return { before: was, after: was };
  const isPaddingLost =
    was.isZeroPadded === true && is.isZeroPadded === false && hasLostPadding(old, now);
  const isSubset =
    was.timestamps !== null &&
    is.timestamps?.every((one) => was.timestamps?.includes(one)) === true;
  const before: ColumnFormat = {
    isZeroPadded: was.isZeroPadded ?? is.isZeroPadded,
    timestamps: was.timestamps ?? is.timestamps,
    decimalMark: was.decimalMark ?? is.decimalMark,
  };
  const after: ColumnFormat = {
    isZeroPadded: isPaddingLost
      ? false
      : before.isZeroPadded === true || is.isZeroPadded === true
        ? true
        : before.isZeroPadded,
    timestamps: isSubset ? before.timestamps : (is.timestamps ?? before.timestamps),
    decimalMark: is.decimalMark ?? before.decimalMark,
  };
  return { before, after };
}

/**
 * Whether values without leading zeros show that there are none any more: they are shorter than any
 * value was, or there are very many of them, and not all of one length.
 */
function hasLostPadding(old: FormatEvidence, now: FormatEvidence): boolean {
  const [was, is] = [old.sketch?.minLength ?? null, now.sketch?.minLength ?? null];
  if (was !== null && is !== null && is < was) return true;
  if (is !== null && is === now.sketch?.maxLength) return false;
  return now.values >= tellingValues;
}
