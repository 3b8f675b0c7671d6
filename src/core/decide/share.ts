import type { UsualRows } from "../metadata/subject-record.ts";

/** How much of a source came, against what was to be expected of it. */
export interface Share {
  /** 0 and up; 1 is all that was expected. */
  readonly share: number;
  readonly had: number;
  readonly expected: number;
  readonly counted: "rows" | "files";
  /** True when that is less than it should be. */
  readonly isShort: boolean;
}

/** What came of a source. */
export interface Arrived {
  /** `null` where they are not known, or say nothing of the whole. */
  readonly rows: number | null;
  readonly files: number;
  /** Files that could not be read. */
  readonly filesLeftOut: number;
}

/** From this share on fewer rows than usual are no more than the usual up and down. */
const wholeShare = 0.9;

/**
 * Judges what came of a source. What is expected is the mean of its last good loads; it is short
 * when it holds fewer rows than each of them and less than nine tenths of their mean, or when a file
 * could not be read. Where rows cannot be compared, files are.
 * @returns `null` where there is nothing to compare with
 */
export function shareOf(
  { rows, files, filesLeftOut }: Arrived,
  usual: UsualRows | null,
): Share | null {
  if (rows !== null && usual !== null && usual.mean > 0) {
    const share = rows / usual.mean;
    const isShort = filesLeftOut > 0 || (rows < usual.least && share < wholeShare);
    return { share, had: rows, expected: Math.round(usual.mean), counted: "rows", isShort };
  }
  const expected = files + filesLeftOut;
  if (filesLeftOut === 0 || expected === 0) return null;
  return { share: files / expected, had: files, expected, counted: "files", isShort: true };
}

/** `60 of 100 expected rows (60 %)`. */
export function shareText({ share, had, expected, counted }: Share): string {
  return `${had} of ${expected} expected ${counted} (${percentText(share)})`;
}

/** A share of 1 as a percentage: whole where it is, else with one digit. */
export function percentText(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
