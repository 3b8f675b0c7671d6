import type { Location } from "./problem.ts";

/** The text of one project file, with the way from offsets to places. */
export interface SourceText {
  /** Relative to the project's folder, with `/`. */
  readonly file: string;
  readonly text: string;
  /** The place of the text from `start` to `end` (exclusive), in UTF-16 units. */
  locate(start: number, end?: number): Location;
}

export function sourceText(file: string, text: string): SourceText {
  let starts: readonly number[] | null = null;
  const place = (offset: number) => {
    starts ??= lineStarts(text);
    const bounded = Math.max(0, Math.min(offset, text.length));
    const line = lastAtOrBefore(starts, bounded);
    return { line: line + 1, column: bounded - (starts[line] ?? 0) + 1 };
  };
  return {
    file,
    text,
    locate(start, end) {
      const from = place(start);
      if (end === undefined || end <= start) return { file, ...from };
      const to = place(end);
      return { file, ...from, endLine: to.line, endColumn: to.column };
    },
  };
}

/** The offset of each line's first character. */
function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The index of the last start that is not after `offset`. */
function lastAtOrBefore(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
