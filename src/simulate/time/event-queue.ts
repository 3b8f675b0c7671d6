import type { EpochMs } from "../../core/std/time.ts";

interface Scheduled {
  readonly at: EpochMs;
  /** Of two at one instant, the one that was asked for first happens first. */
  readonly order: number;
  readonly happen: () => void;
}

/**
 * The virtual clock: what is to happen, in the order of its instants. Nothing waits for anything;
 * time is where the last thing happened.
 */
export class EventQueue {
  readonly #heap: Scheduled[] = [];
  #count = 0;
  #now: EpochMs;

  constructor(start: EpochMs) {
    this.#now = start;
  }

  get now(): EpochMs {
    return this.#now;
  }

  get length(): number {
    return this.#heap.length;
  }

  /** Lets something happen after `delayMs`, to the millisecond. */
  after(delayMs: number, happen: () => void): void {
    this.#push({ at: this.#now + Math.max(0, Math.round(delayMs)), order: this.#count, happen });
    this.#count += 1;
  }

  /** Lets the next thing happen; false when there is none. */
  step(): boolean {
    const next = this.#pop();
    if (next === undefined) return false;
    this.#now = next.at;
    next.happen();
    return true;
  }

  #push(entry: Scheduled): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): Scheduled | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && isBefore(right, left)) child += 1;
      const below = heap[child];
      if (below === undefined || !isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

function isBefore(one: Scheduled, other: Scheduled): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
