import { compareText } from "../core/std/compare.ts";
import { hashText } from "../core/std/hash.ts";

/** What a discover pattern matched, before its source has a name. */
export interface NameCandidate<T> {
  /** The value of every placeholder of the name template, such as `stem` or `1`. */
  readonly fields: ReadonlyMap<string, string>;
  /** Unique among the candidates and the same in every cycle, such as a path. */
  readonly identity: string;
  readonly value: T;
}

/** The placeholders of a name template, without their braces. */
export function placeholdersOf(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? "");
}

/**
 * Names what a pattern found, in the order of identity. Names are lower case with digits and
 * underscores, so that they need no quotes in SQL. Where two would be equal, each of them gets a
 * suffix made from its identity: a name never passes from one thing to another because a third
 * thing came or went.
 * @returns one entry for each candidate; `isRenamed` when it got a suffix.
 */
export function nameCandidates<T>(
  template: string,
  candidates: readonly NameCandidate<T>[],
): readonly { readonly name: string; readonly isRenamed: boolean; readonly value: T }[] {
  const plain = [...candidates]
    .sort((left, right) => compareText(left.identity, right.identity))
    .map((candidate) => ({ candidate, name: plainName(template, candidate.fields) }));
  const uses = new Map<string, number>();
  for (const { name } of plain) uses.set(name, (uses.get(name) ?? 0) + 1);
  return plain.map(({ candidate, name }) => {
    const isRenamed = (uses.get(name) ?? 0) > 1;
    const suffix = isRenamed ? `_${hashText(candidate.identity).slice(0, 8)}` : "";
    return { name: `${name}${suffix}`, isRenamed, value: candidate.value };
  });
}

function plainName(template: string, fields: ReadonlyMap<string, string>): string {
  const text = template.replaceAll(/\{([^{}]*)\}/g, (_, field: string) => fields.get(field) ?? "");
  const words = text
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 100);
  if (words === "") return "source";
  return /^[0-9]/.test(words) ? `_${words}` : words;
}
