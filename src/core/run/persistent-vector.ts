/**
 * A vector of fixed length whose every version stays valid: `withAt` copies one path of a 16-way
 * tree and shares the rest, so that an update costs the same for ten entries and for a million.
 */
export interface PersistentVector<T> {
  readonly length: number;
  /** Bits of the index above the root's own four. */
  readonly shift: number;
  readonly root: Node<T>;
}

type Node<T> = { readonly leaf: readonly T[] } | { readonly inner: readonly Node<T>[] };

const bits = 4;
const width = 2 ** bits;
const mask = width - 1;

/** Builds a vector of these entries, in this order. */
export function persistentVector<T>(entries: readonly T[]): PersistentVector<T> {
  let level: Node<T>[] = cut(entries).map((leaf) => ({ leaf }));
  let shift = 0;
  while (level.length > 1) {
    level = cut(level).map((inner) => ({ inner }));
    shift += bits;
  }
  return { length: entries.length, shift, root: level[0] ?? { leaf: [] } };
}

function cut<T>(entries: readonly T[]): T[][] {
  const pieces: T[][] = [];
  for (let at = 0; at < entries.length; at += width) pieces.push(entries.slice(at, at + width));
  return pieces;
}

/** @returns the entry at `index`; an index outside the vector is a bug. */
export function entryAt<T>(vector: PersistentVector<T>, index: number): T {
  let node = vector.root;
  for (let shift = vector.shift; "inner" in node; shift -= bits) {
    const child = node.inner[(index >>> shift) & mask];
    if (child === undefined) throw new RangeError(`No entry at ${index} of ${vector.length}`);
    node = child;
  }
  const entry = node.leaf[index & mask];
  if (entry === undefined || index >= vector.length) {
    throw new RangeError(`No entry at ${index} of ${vector.length}`);
  }
  return entry;
}

/** @returns the vector with another entry at `index`; the given one stays as it is. */
export function withAt<T>(
  vector: PersistentVector<T>,
  index: number,
  entry: T,
): PersistentVector<T> {
  if (index < 0 || index >= vector.length) {
    throw new RangeError(`No entry at ${index} of ${vector.length}`);
  }
  return { ...vector, root: replace(vector.root, vector.shift, index, entry) };
}

function replace<T>(node: Node<T>, shift: number, index: number, entry: T): Node<T> {
  const slot = (index >>> shift) & mask;
  if ("leaf" in node) return { leaf: node.leaf.with(slot, entry) };
  const child = node.inner[slot];
  if (child === undefined) throw new RangeError(`No entry at ${index}`);
  return { inner: node.inner.with(slot, replace(child, shift - bits, index, entry)) };
}

/** Visits the places where two versions of a vector differ; what they share is not looked at. */
export function visitChanges<T>(
  before: PersistentVector<T>,
  after: PersistentVector<T>,
  visit: (index: number, before: T, after: T) => void,
): void {
  const look = (old: Node<T>, young: Node<T>, start: number, shift: number): void => {
    if (old === young) return;
    if ("leaf" in young) {
      const entries = "leaf" in old ? old.leaf : [];
      for (const [slot, entry] of young.leaf.entries()) {
        const earlier = entries[slot];
        if (earlier !== undefined && earlier !== entry) visit(start + slot, earlier, entry);
      }
      return;
    }
    const children = "inner" in old ? old.inner : [];
    for (const [slot, child] of young.inner.entries()) {
      const earlier = children[slot];
      if (earlier !== undefined) look(earlier, child, start + slot * 2 ** shift, shift - bits);
    }
  };
  look(before.root, after.root, 0, before.shift);
}
