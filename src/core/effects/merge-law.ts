import { canonicalJson } from "../std/canonical-json.ts";
import { compareText } from "../std/compare.ts";
import type { Contribution, Effect, EffectKind } from "./effect.ts";
import type { Attributed, Conflict, MergedEffects } from "./merged-effects.ts";

/** The effect of one kind. */
export type EffectOf<K extends EffectKind> = Extract<Effect, { readonly kind: K }>;

/** What a law found for its part of the merged effects. */
export type MergedPart = Partial<Omit<MergedEffects, "conflicts">> & {
  readonly conflicts?: readonly Conflict[];
};

/**
 * How effects of one subject that speak of the same thing become one. A law looks at the set of
 * contributions alone: their order, their repetition and the files they come from change nothing.
 */
export interface MergeLaw {
  /** The law in words, for people. */
  readonly text: string;
  readonly merge: (contributions: readonly Contribution[]) => MergedPart;
}

/** The contributions of some kinds. */
export function ofKind<K extends EffectKind>(
  contributions: readonly Contribution[],
  ...kinds: readonly K[]
): readonly Contribution<EffectOf<K>>[] {
  const isOfKind = (one: Contribution): one is Contribution<EffectOf<K>> =>
    kinds.some((kind) => kind === one.effect.kind);
  return contributions.filter(isOfKind);
}

/** Those of the highest priority. */
export function strongest<E extends Effect>(
  contributions: readonly Contribution<E>[],
): readonly Contribution<E>[] {
  const highest = contributions.reduce((best, one) => Math.max(best, one.priority), -Infinity);
  return contributions.filter((one) => one.priority === highest);
}

/** The rules behind contributions: each once, in name order. */
export function rulesOf(contributions: readonly Contribution[]): readonly string[] {
  return [...new Set(contributions.map((one) => one.rule))].sort(compareText);
}

/** Ties a value to the rules that asked for exactly it. */
export function attribute<E extends Effect, T>(
  value: T,
  contributions: readonly Contribution<E>[],
  asksForIt: (effect: E) => boolean = () => true,
): Attributed<T> {
  return { value, by: rulesOf(contributions.filter((one) => asksForIt(one.effect))) };
}

/** True when all contributions ask for the same. */
export function agree(contributions: readonly Contribution[]): boolean {
  return new Set(contributions.map((one) => canonicalJson(one.effect))).size <= 1;
}

/** Each text once, in order. */
export function union(texts: Iterable<string>): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}
