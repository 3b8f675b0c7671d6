import type { Decided } from "./decided.ts";

/**
 * The decision in which a subject came out as it is: the last revision that was free to decide it
 * again, or the one that the first revision started from.
 */
export function decidedWith(decided: Decided, subject: string): Decided {
  let current = decided;
  for (let { revises } = current.workings; revises !== null; { revises } = current.workings) {
    if (revises.open.includes(subject)) return current;
    current = revises.base;
  }
  return current;
}
