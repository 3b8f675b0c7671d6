import { closestName } from "../std/closest-name.ts";

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
