/**
 * The places, within `ranks`, of a longest rising subsequence: what may stay when as little as
 * possible is to be moved. Of equally long ones the first found; ranks are different numbers.
 */
export function longestRise(ranks: readonly number[]): ReadonlySet<number> {
  // tails[n] is the place that ends the best rise of length n + 1.
  const tails: number[] = [];
  const previous: (number | null)[] = [];
  ranks.forEach((rank, place) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ranks[tails[middle] ?? 0] ?? 0) < rank) low = middle + 1;
      else high = middle;
    }
    previous[place] = low === 0 ? null : (tails[low - 1] ?? null);
    tails[low] = place;
  });
  const kept = new Set<number>();
  for (let place = tails.at(-1) ?? null; place !== null; place = previous[place] ?? null) {
    kept.add(place);
  }
  return kept;
}
