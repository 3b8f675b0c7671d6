import { compareTypes } from "./compare-types.ts";
import type { DataType } from "./data-type.ts";
import { nameSimilarity, plainName } from "./name-similarity.ts";
import type { ColumnSketch } from "./observed-schema.ts";

/** Below this confidence nothing is ever taken for a rename, whatever a rule asks for. */
export const renameFloor = 0.6;

/** How sure a rename must be where nothing else is said. */
export const defaultRenameThreshold = 0.75;

/** A column that is gone, or one that is new. */
export interface RenameCandidate {
  readonly name: string;
  readonly type: DataType;
  /** Its place in its own schema, from 0. */
  readonly position: number;
  readonly sketch: ColumnSketch | null;
}

/** A column that is gone and a new one that most likely is it, by their places in the two lists. */
export interface Rename {
  readonly from: number;
  readonly to: number;
  /** 0 to 1; never 1, which is for what is known. */
  readonly confidence: number;
}

/** What is asked of renames, and how many columns the two schemas have. */
export interface RenameOptions {
  /** 0 to 1; the floor holds where it is lower. */
  readonly threshold: number;
  readonly widths: readonly [before: number, after: number];
}

/** Two candidates that are closer than this are equally good, and none of them is taken. */
const margin = 0.03;
const pairsMax = 40_000;
const confidenceMax = 0.99;

/**
 * Pairs what is gone with what is new. A pair is taken only where each is the other's best by a
 * margin, so that a doubtful one is never a guess.
 */
export function detectRenames(
  gone: readonly RenameCandidate[],
  young: readonly RenameCandidate[],
  options: RenameOptions,
): readonly Rename[] {
  if (gone.length === 0 || young.length === 0) return [];
  const threshold = Math.max(options.threshold, renameFloor);
  const rows = bestOf(gone, young, options);
  const columns = bestOf(young, gone, {
    ...options,
    widths: [options.widths[1], options.widths[0]],
  });
  return rows.flatMap((best, from) => {
    if (best === null || best.confidence < threshold || !best.isClear) return [];
    const back = columns[best.at];
    if (back === undefined || back === null || back.at !== from || !back.isClear) return [];
    return [{ from, to: best.at, confidence: best.confidence }];
  });
}

interface Best {
  readonly at: number;
  readonly confidence: number;
  /** No other comes close. */
  readonly isClear: boolean;
}

function bestOf(
  left: readonly RenameCandidate[],
  right: readonly RenameCandidate[],
  { widths }: RenameOptions,
): readonly (Best | null)[] {
  const all = right.map((candidate, at) => ({ candidate, at }));
  const byName = new Map<string, typeof all>();
  for (const one of all) {
    const name = plainName(one.candidate.name);
    const same = byName.get(name);
    if (same === undefined) byName.set(name, [one]);
    else same.push(one);
  }
  // Of very many, only names that differ in their writing alone are looked at.
  const isFew = left.length * right.length <= pairsMax;
  return left.map((one) => {
    let best: { at: number; confidence: number } | null = null;
    let second = 0;
    for (const { candidate, at } of isFew ? all : (byName.get(plainName(one.name)) ?? [])) {
      const confidence = renameConfidence(one, candidate, widths);
      if (best === null || confidence > best.confidence) {
        second = best?.confidence ?? 0;
        best = { at, confidence };
      } else second = Math.max(second, confidence);
    }
    return best === null ? null : { ...best, isClear: best.confidence - second >= margin };
  });
}

/** How sure it is that `left` is now `right`, 0 to 1, from names, types, places and values. */
function renameConfidence(
  left: RenameCandidate,
  right: RenameCandidate,
  widths: readonly [number, number],
): number {
  const name = nameSimilarity(left.name, right.name);
  const type = typeFit(left.type, right.type);
  const place = placeFit(left.position, right.position, widths);
  const values = compareSketches(left.sketch, right.sketch);
  const byName = name + type + place + values.fit;
  const byValues = values.overlap === null ? 0 : 0.5 + 0.45 * values.overlap + 0.1 * name + type;
  const confidence = Math.max(byName, byValues);
  return Math.round(Math.min(Math.max(confidence, 0), confidenceMax) * 1000) / 1000;
}

/** What the types say: nothing against it, or that much. */
function typeFit(left: DataType, right: DataType): number {
  const { kind } = compareTypes(left, right);
  if (kind === "same") return 0;
  if (kind !== "retyped") return -0.05;
  // Text that is a number now may still be the same column, but it takes a very good name.
  return isText(left) || isText(right) ? -0.15 : -0.3;
}

function isText(type: DataType): boolean {
  return type.kind === "text" || type.kind === "enum";
}

/** What the places say, counted from the side where they are nearer. */
function placeFit(left: number, right: number, [before, after]: readonly [number, number]): number {
  const fromStart = Math.abs(left - right);
  const fromEnd = Math.abs(before - left - (after - right));
  const width = Math.max(before, after, 1);
  return 0.02 - 0.06 * Math.min(1, Math.min(fromStart, fromEnd) / width);
}

/**
 * What the values say: `fit` for or against a pair whose names are alike; `overlap` where values
 * alone are evidence: many different ones that both columns have.
 */
function compareSketches(
  left: ColumnSketch | null,
  right: ColumnSketch | null,
): { readonly fit: number; readonly overlap: number | null } {
  if (left === null || right === null) return { fit: 0, overlap: null };
  if (left.nullShare === 1 || right.nullShare === 1) return { fit: 0, overlap: null };
  const overlap = hashOverlap(left.bottomHashes, right.bottomHashes);
  const isTelling =
    left.bottomHashes.length >= 16 &&
    right.bottomHashes.length >= 16 &&
    Math.min(left.distinctShare, right.distinctShare) >= 0.5 &&
    Math.min(left.maxLength ?? 0, right.maxLength ?? 0) >= 6;
  const distance =
    Math.abs(left.nullShare - right.nullShare) +
    Math.abs(left.distinctShare - right.distinctShare) +
    lengthDistance(left, right);
  const fit = 0.06 * (overlap ?? 0) - 0.04 * Math.min(distance, 3);
  return { fit, overlap: isTelling ? overlap : null };
}

function lengthDistance(left: ColumnSketch, right: ColumnSketch): number {
  const [one, other] = [left.maxLength, right.maxLength];
  if (one === null || other === null || one === other) return 0;
  return Math.abs(one - other) / Math.max(one, other, 1);
}

/** The Jaccard index of two sets of values, estimated from their smallest hashes. */
function hashOverlap(left: readonly string[], right: readonly string[]): number | null {
  const size = Math.min(32, Math.max(left.length, right.length));
  if (left.length === 0 || right.length === 0) return null;
  const union = [...new Set([...left, ...right])].sort().slice(0, size);
  const [one, other] = [new Set(left), new Set(right)];
  return union.filter((hash) => one.has(hash) && other.has(hash)).length / union.length;
}
