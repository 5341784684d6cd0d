/** "Did you mean": the nearest of a few hundred words by bounded edit distance, or nothing. */

/** A suggestion may differ from the word in at most this share of its letters. */
const DISTANCE_SHARE_MAX = 0.4;
/** Words longer than any keyword are not compared. */
const LENGTH_MAX = 40;

/** The candidate nearest to `word`; null when none is near enough or the word is too short to tell. */
export function closest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > LENGTH_MAX) return null;
  const lower = word.toLowerCase();
  let best: string | null = null;
  let bound = Math.floor(word.length * DISTANCE_SHARE_MAX) + 1;
  for (const candidate of candidates) {
    if (candidate === word || Math.abs(candidate.length - word.length) >= bound) continue;
    const distance = editDistance(lower, candidate.toLowerCase(), bound);
    if (distance < bound) {
      best = candidate;
      bound = distance;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours; `bound` or more is answered as `bound`. */
function editDistance(a: string, b: string, bound: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
      smallest = Math.min(smallest, cost);
    }
    if (smallest >= bound) return bound;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? bound;
}
