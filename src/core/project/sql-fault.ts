import type { SqlFault } from "./sql-analysis.ts";

/** The parser's words as a sentence. */
export function faultMessage({ message }: SqlFault): string {
  return /[.?!]$/.test(message) ? message : `${message}.`;
}

/** The word at which the parser stopped; `null` when it did not say where. */
export function faultSpan(
  sql: string,
  { offset }: SqlFault,
): { readonly start: number; readonly end: number } | null {
  if (offset === null) return null;
  const word = /^\w+/.exec(sql.slice(offset))?.[0].length ?? 1;
  return { start: offset, end: Math.min(offset + word, sql.length) };
}

/** What to do about a fault with a place: the mistake is there or just before. */
export const placedFaultFix =
  "Correct the SQL here or just before: a comma, bracket, quote or keyword too many or too few.";
