/** One row as it is read: the same columns for every strategy. */
export interface ReadRow {
  readonly id: number;
  readonly part: number;
  readonly v: string;
  /** Hours since the beginning; the time of a row of a history. */
  readonly hour: number;
  readonly isGone: boolean;
}

/** One read: the rows, and whether they are all that the source has. */
export interface Read {
  readonly rows: readonly ReadRow[];
  readonly isWhole: boolean;
  /** When it is loaded, in hours. */
  readonly at: number;
}

/** A table in memory that is loaded by one strategy, in the plainest way. */
export interface LoadModel<State> {
  readonly empty: State;
  load(state: State, read: Read): State;
  /** Rows as texts, sorted. */
  rows(state: State): readonly string[];
}

/** Partitions that are read take the place of those that were there. */
export const partitionModel: LoadModel<readonly ReadRow[]> = {
  empty: [],
  load: (state, { rows, isWhole }) => {
    const parts = new Set(rows.map(({ part }) => part));
    const ids = new Set(rows.map(({ id }) => id));
    const left = state.filter(({ part, id }) => !parts.has(part) && !ids.has(id));
    return isWhole ? rows : [...left, ...rows];
  },
  rows: (state) => state.map(({ part, id, v }) => `${part} ${id} ${v}`).sort(),
};

/** The last row of a key counts; a complete read without a key takes it away. */
export const mergeModel: LoadModel<ReadonlyMap<number, string>> = {
  empty: new Map(),
  load: (state, { rows, isWhole }) => {
    const read = new Map(rows.map(({ id, v }) => [id, v] as const));
    return isWhole ? read : new Map([...state, ...read]);
  },
  rows: (state) => [...state].map(([id, v]) => `${id} ${v}`).sort(),
};

/** A version; `to` is `null` while it is open. */
interface Version {
  readonly from: number;
  readonly to: number | null;
  readonly v: string;
}

type Histories = ReadonlyMap<number, readonly Version[]>;

/** What is said of a key at one time; `null` says that it is gone. */
type Word = readonly [time: number, v: string | null];

/** @param timeOf the time of a row of a read */
export function historyModel(timeOf: (row: ReadRow, read: Read) => number): LoadModel<Histories> {
  return {
    empty: new Map(),
    load: (state, read) => {
      const next = new Map(state);
      const words = new Map<number, Map<number, string | null>>();
      for (const row of read.rows) {
        const ofKey = words.get(row.id) ?? new Map<number, string | null>();
        ofKey.set(timeOf(row, read), row.isGone ? null : `${row.v}${row.part}`);
        words.set(row.id, ofKey);
      }
      for (const [id, said] of words) next.set(id, heard(state.get(id) ?? [], [...said]));
      return next;
    },
    rows: (state) =>
      [...state]
        .flatMap(([id, versions]) => versions.map(({ from, to, v }) => `${id} ${v} ${from} ${to}`))
        .sort(),
  };
}

/** A key's versions after something more was said of it. */
function heard(versions: readonly Version[], said: readonly Word[]): readonly Version[] {
  const valueAt = (time: number) =>
    versions.find(({ from, to }) => from <= time && (to === null || time < to))?.v ?? null;
  if (said.every(([time, v]) => valueAt(time) === v)) return versions;
  const words = new Map<number, string | null>();
  for (const { to } of versions) if (to !== null) words.set(to, null);
  for (const { from, v } of versions) words.set(from, v);
  for (const [time, v] of said) words.set(time, v);
  const turns: Word[] = [];
  for (const word of [...words].sort(([left], [right]) => left - right)) {
    if ((turns.at(-1)?.[1] ?? null) !== word[1]) turns.push(word);
  }
  return turns.flatMap(([from, v], at) =>
    v === null ? [] : [{ from, to: turns[at + 1]?.[0] ?? null, v }],
  );
}
