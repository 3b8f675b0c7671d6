import { closestName } from "../std/closest-name.ts";

const shownMax = 24;

/** The fix for a misspelt name: the close one, or all that there are as far as one can read them. */
export function nameFix(name: string, candidates: readonly string[]): { readonly fix: string } {
  const close = closestName(name, candidates);
  if (close !== null) return { fix: `Did you mean \`${close}\`?` };
  if (candidates.length === 0) return { fix: "Nothing is known here yet." };
  if (candidates.length <= shownMax) return { fix: `Known here: ${listNames(candidates)}.` };
  const shown = candidates.slice(0, shownMax).map((candidate) => `\`${candidate}\``);
  return { fix: `Known here: ${shown.join(", ")} and ${candidates.length - shownMax} more.` };
}

/** Names for a sentence: `a`, `b` and `c`. */
export function listNames(names: readonly string[], last = "and"): string {
  const quoted = names.map((name) => `\`${name}\``);
  if (quoted.length < 2) return quoted.join("");
  return `${quoted.slice(0, -1).join(", ")} ${last} ${quoted.at(-1)}`;
}
