import { canonicalJson } from "../std/canonical-json.ts";
import { compareText } from "../std/compare.ts";
import { hashOnce } from "../std/hash-once.ts";
import { type DecideInput, pressedIn } from "./decide-input.ts";
import type { Decided } from "./decided.ts";
import { stillResolves } from "./drafts.ts";

/** Names in a map of values: which have another value than before, and which are gone. */
export interface NamedChanges {
  readonly set: readonly string[];
  readonly removed: readonly string[];
}

/** What of an input differs from the one before it. */
export interface InputChanges {
  readonly sources: NamedChanges;
  readonly models: NamedChanges;
  readonly profiles: NamedChanges;
  readonly history: NamedChanges;
  /** Sources whose own change of schema is another one than before. */
  readonly drifts: NamedChanges;
  /** Anything about changes of schema, negotiations included. */
  readonly hasDriftChanged: boolean;
  /** Models that read other columns of their inputs than before. */
  readonly reads: NamedChanges;
  /** Subjects of which signals say something else, and those that came into focus or left it. */
  readonly said: NamedChanges;
  readonly hasTimePassed: boolean;
}

/** Compares inputs; parts that are the same object are not looked into. */
export function compareInputs(before: DecideInput, after: DecideInput): InputChanges {
  const isSameValue = (left: object, right: object) => hashOnce(left) === hashOnce(right);
  const drifts = compareMaps(before.drift.sources, after.drift.sources, isSameValue);
  const exposures = compareMaps(before.drift.models, after.drift.models, isSameValue);
  const talks = compareMaps(before.drift.negotiations, after.drift.negotiations, isSameValue);
  return {
    drifts,
    hasDriftChanged: [drifts, exposures, talks].some(
      ({ set, removed }) => set.length + removed.length > 0,
    ),
    sources: compareMaps(before.scope.sources, after.scope.sources, isSameValue),
    models: compareMaps(before.scope.models, after.scope.models, isSameValue),
    profiles: compareMaps(
      before.snapshot.profiles,
      after.snapshot.profiles,
      (left, right) => left.id === right.id,
    ),
    history: compareMaps(before.history, after.history, isSameValue),
    reads: compareMaps(before.reads, after.reads, isSameValue),
    said: { set: [...saidAnew(before, after), ...refocused(before, after)], removed: [] },
    hasTimePassed: before.snapshot.at !== after.snapshot.at,
  };
}

function* saidAnew(before: DecideInput, after: DecideInput): Generator<string> {
  const old = before.standing;
  const young = after.standing;
  if (old === young) return;
  const isSame = (left: object, right: object) => canonicalJson(left) === canonicalJson(right);
  for (const part of ["overrides", "tiers", "quality", "late"] as const) {
    const { set, removed } = compareMaps<object>(old[part], young[part], isSame);
    yield* set;
    yield* removed;
  }
  const circuits = compareMaps(old.circuits, young.circuits, isSame);
  const moved = new Set([...circuits.set, ...circuits.removed]);
  if (moved.size === 0) return;
  for (const { name, connection } of after.scope.sources.values()) {
    if (moved.has(connection)) yield name;
  }
}

function* refocused(before: DecideInput, after: DecideInput): Generator<string> {
  if (canonicalJson(before.focus) === canonicalJson(after.focus)) return;
  const old = before.focus === null ? null : new Set(before.focus);
  const young = after.focus === null ? null : new Set(after.focus);
  for (const name of [...after.scope.sources.keys(), ...after.scope.models.keys()]) {
    if ((old?.has(name) ?? true) !== (young?.has(name) ?? true)) yield name;
  }
}

/**
 * Whether something differs that every subject is decided with: rules, template, capacity, or what
 * the names in gates stand for.
 */
export function isOtherWorld({ input: before, workings }: Decided, after: DecideInput): boolean {
  return (
    !hasSameRules(before, after) ||
    hashOnce(before.template) !== hashOnce(after.template) ||
    canonicalJson(before.snapshot.capacity) !== canonicalJson(after.snapshot.capacity) ||
    canonicalJson(pressedIn(before)) !== canonicalJson(pressedIn(after)) ||
    !stillResolves(workings.context.drafts, after.scope)
  );
}

/** Whether two inputs have the same rule sets, in whatever order. */
export function hasSameRules(before: DecideInput, after: DecideInput): boolean {
  if (before.ruleSets === after.ruleSets) return true;
  const ids = ({ ruleSets }: DecideInput) => ruleSets.map((set) => set.id).sort(compareText);
  return canonicalJson(ids(before)) === canonicalJson(ids(after));
}

function compareMaps<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  isSame: (left: T, right: T) => boolean,
): NamedChanges {
  if (before === after) return { set: [], removed: [] };
  const set: string[] = [];
  for (const [name, value] of after) {
    const earlier = before.get(name);
    if (earlier === value) continue;
    if (earlier === undefined || !isSame(earlier, value)) set.push(name);
  }
  const removed: string[] = [];
  for (const name of before.keys()) if (!after.has(name)) removed.push(name);
  return { set, removed };
}
