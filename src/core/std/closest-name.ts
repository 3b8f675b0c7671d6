import { distance } from "fastest-levenshtein";

/**
 * The candidate that a misspelt name most likely means, or `null` when none is close: a wrong
 * suggestion costs more than none. Of equally close ones the first in the given order.
 */
export function closestName(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.toLowerCase();
  let best: string | null = null;
  // Two letters that changed places are two edits.
  let editsMin = wanted.length < 4 ? 2 : Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= editsMin) continue;
    const edits = distance(wanted, candidate.toLowerCase());
    if (edits < editsMin) {
      best = candidate;
      editsMin = edits;
    }
  }
  return best;
}
