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

/** The fix for a misspelt name: the close one, or all when they are few, or nothing. */
export function nameFix(name: string, candidates: readonly string[]): { readonly fix?: string } {
  const close = closestName(name, candidates);
  if (close !== null) return { fix: `Did you mean \`${close}\`?` };
  if (candidates.length === 0 || candidates.length > 16) return {};
  return { fix: `Known here: ${listNames(candidates)}.` };
}

/** Names for a sentence: `a`, `b` and `c`. */
export function listNames(names: readonly string[], last = "and"): string {
  const quoted = names.map((name) => `\`${name}\``);
  if (quoted.length < 2) return quoted.join("");
  return `${quoted.slice(0, -1).join(", ")} ${last} ${quoted.at(-1)}`;
}
