/** Edits that still count as a slip of the finger: one for short words, two for longer ones. */
function allowance(word: string): number {
  return word.length <= 3 ? 1 : 2;
}

/** The candidate that was probably meant: nearest by edits, else the one that begins with the word, else null. */
export function suggest(word: string, candidates: readonly string[]): string | null {
  const lower = word.toLowerCase();
  const near = candidates
    .map((candidate) => ({ candidate, edits: editDistance(lower, candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= allowance(word))
    .toSorted((a, b) => a.edits - b.edits || compare(a.candidate, b.candidate));
  if (near[0] !== undefined) return near[0].candidate;
  const continued = candidates.filter((candidate) => isContinued(lower, candidate.toLowerCase()));
  return continued.toSorted((a, b) => a.length - b.length || compare(a, b))[0] ?? null;
}

/** `window` for `windowMs`, and `silence_list` for `silence`. Three letters at least, else anything fits. */
function isContinued(word: string, candidate: string): boolean {
  const [short, long] = word.length < candidate.length ? [word, candidate] : [candidate, word];
  return short.length >= 3 && long.startsWith(short);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Damerau–Levenshtein distance in its restricted form (optimal string alignment): insertions, deletions, substitutions
 * and swaps of neighbours. O(n·m); config keys are short.
 */
export function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  const cost = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => cost[i * width + j] ?? 0;
  for (let i = 0; i <= a.length; i++) cost[i * width] = i;
  for (let j = 0; j <= b.length; j++) cost[j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const substitution = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, substitution);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) best = Math.min(best, at(i - 2, j - 2) + 1);
      cost[i * width + j] = best;
    }
  }
  return at(a.length, b.length);
}
