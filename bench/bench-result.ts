/**
 * One measurement: ours against a peer or the raw limit, both in the same run on the same machine,
 * so that the ratio says something where the figures themselves do not.
 */
export interface BenchResult {
  /** What was done, in a few words: `load: 3 M rows of Parquet`. */
  readonly name: string;
  /** The median of the repetitions, in `unit`. */
  readonly ours: number;
  readonly theirs: number;
  /** Ours over theirs; the median of the repetitions' ratios where they alternate. */
  readonly ratio: number;
  readonly unit: "ms" | "MB" | "times";
  /** What is wanted and against whom, in words. */
  readonly target: string;
  readonly isMet: boolean;
}
