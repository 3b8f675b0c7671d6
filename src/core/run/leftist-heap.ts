/**
 * A priority queue of numbers, the smallest first, whose every version stays valid.
 * Leftist: the right spine is never longer than log2(n), so each operation costs O(log n) at
 * worst, also when an old version is used again.
 */
export type LeftistHeap = HeapNode | null;

interface HeapNode {
  readonly smallest: number;
  /** Length of the right spine. */
  readonly rank: number;
  readonly left: LeftistHeap;
  readonly right: LeftistHeap;
}

/** @returns the heap with one more number; the given one stays as it is. */
export function withNumber(heap: LeftistHeap, number: number): LeftistHeap {
  return joined(heap, { smallest: number, rank: 1, left: null, right: null });
}

/** @returns the heap without its smallest number; the given one stays as it is. */
export function withoutSmallest(heap: HeapNode): LeftistHeap {
  return joined(heap.left, heap.right);
}

function joined(one: LeftistHeap, other: LeftistHeap): LeftistHeap {
  if (one === null) return other;
  if (other === null) return one;
  const [top, below] = one.smallest <= other.smallest ? [one, other] : [other, one];
  const right = joined(top.right, below);
  return rankOf(top.left) >= rankOf(right)
    ? { smallest: top.smallest, rank: rankOf(right) + 1, left: top.left, right }
    : { smallest: top.smallest, rank: rankOf(top.left) + 1, left: right, right: top.left };
}

function rankOf(heap: LeftistHeap): number {
  return heap === null ? 0 : heap.rank;
}
