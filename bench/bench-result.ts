/** One measured comparison. Both sides do the same work in the same process, in turns. */
export interface BenchResult {
  readonly name: string;
  /** Median of our repetitions, in `unit`. */
  readonly ours: number;
  /** Median of the other side's repetitions, in `unit`. */
  readonly theirs: number;
  /** Median over the repetitions of ours divided by theirs: below 1 is faster than theirs. */
  readonly ratio: number;
  readonly unit: string;
  /** The aim in words, such as `at most 0.5 × the time of …`. */
  readonly target: string;
  readonly isMet: boolean;
}
