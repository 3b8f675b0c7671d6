import type { SourceSpec } from "../../core/project/project.ts";
import type { EpochMs } from "../../core/std/time.ts";

/**
 * The truth about one source. Every row version that it ever held has an identity, its place in
 * `log`, so that what a table holds can be held against it row by row.
 */
export interface SourceState {
  readonly spec: SourceSpec;
  /** By row version: the key of the row, or of a row that was deleted, the key's complement. */
  readonly log: number[];
  /** Row versions that fit in no table. */
  readonly poison: Set<number>;
  /** How much of `log` can be seen. */
  seen: number;
  /** Whether what is new stays out of sight. */
  isLate: boolean;
  presence: "present" | "missing" | "unreachable";
  /** False when its declaration is not in the project. */
  isDeclared: boolean;
  /** How often its shape changed. */
  shape: number;
  /** Counts up when it says that it changed, and did not. */
  alarms: number;
  changedAt: EpochMs;
  /** Rows that stand for each row version, where volume counts. */
  scale: number;
}

/** Row versions, or by key the row version: what a table of this source holds. */
export type Rows = readonly number[] | ReadonlyMap<number, number>;

/** What a load brings. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  readonly rows: Rows;
  readonly poisoned: number;
}

/** What an extraction of a source finds that goes on from row version `from`. */
export function sliceOf(source: SourceState, from: number): Slice {
  const to = source.seen;
  if (source.spec.strategy === "append") {
    const rows: number[] = [];
    for (let version = from; version < to; version += 1) {
      if (!source.poison.has(version)) rows.push(version);
    }
    return { from, to, rows, poisoned: to - from - rows.length };
  }
  const rows = new Map<number, number>();
  for (let version = from; version < to; version += 1) {
    const key = source.log[version] ?? 0;
    if (key < 0) rows.delete(~key);
    else rows.set(key, version);
  }
  let poisoned = 0;
  for (const [key, version] of source.poison.size === 0 ? [] : rows) {
    if (!source.poison.has(version)) continue;
    rows.delete(key);
    poisoned += 1;
  }
  return { from, to, rows, poisoned };
}

/**
 * How a table differs from what the source held up to row version `upTo`.
 * @returns in words; `null` when it does not.
 */
export function differenceFrom(source: SourceState, rows: Rows, upTo: number): string | null {
  return isList(rows) ? differenceOfList(source, rows, upTo) : differenceOfKeys(source, rows, upTo);
}

export function isList(rows: Rows): rows is readonly number[] {
  return Array.isArray(rows);
}

/** Each version once, in order: what is missing is lost, what is there again is doubled. */
function differenceOfList({ poison }: SourceState, rows: readonly number[], upTo: number) {
  let expected = 0;
  for (const version of rows) {
    while (poison.has(expected)) expected += 1;
    if (version < expected) return `row version ${version} is there twice`;
    if (version > expected) return `row version ${expected} is lost`;
    expected += 1;
  }
  while (poison.has(expected)) expected += 1;
  return expected < upTo ? `row version ${expected} is lost` : null;
}

/** The last version of each key. Of a merged table, a row that could not be loaded keeps the one before. */
function differenceOfKeys(
  { spec, log, poison }: SourceState,
  rows: ReadonlyMap<number, number>,
  upTo: number,
): string | null {
  const last = new Map<number, number>();
  for (let version = 0; version < upTo; version += 1) {
    const key = log[version] ?? 0;
    if (key < 0) last.delete(~key);
    else last.set(key, version);
  }
  for (const [key, version] of rows) {
    const wanted = last.get(key);
    if (wanted === undefined) return `the row of key ${key} should be gone`;
    if (wanted === version) continue;
    if (version < wanted && poison.has(wanted) && spec.strategy === "merge") continue;
    return `the row of key ${key} is version ${version}, not ${wanted}`;
  }
  for (const [key, version] of last) {
    if (!rows.has(key) && !poison.has(version)) return `the row of key ${key} is lost`;
  }
  return null;
}
