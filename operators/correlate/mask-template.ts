import { compareText } from './sorted.ts';

/** Longer messages differ in their tail, which is mostly a payload. */
const maxTextChars = 300;
const maxWords = 16;

// Both are linear in their input: fixed classes, no nesting (trap: backtracking).
const camelBorder = /([a-z0-9])([A-Z])/g;
const wordPattern = /[\p{L}\p{N}]+/gu;
const hasDigit = /\p{N}/u;
const hexOnly = /^[a-f]{6,}$/;

/**
 * The message with its variable parts taken out, as sorted words: `Disk full on web-17 (93 %)` gives `disk full on web`.
 * A word with a digit is an id, a number or a host; so is a word that stands in `values` (label values). The idea of
 * Drain (He et al., ICWS 2017) without its tree: the index over templates is a hash.
 */
export function maskTemplate(text: string, values: Iterable<string>): string {
  const variable = new Set<string>();
  for (const value of values) for (const word of wordsOf(value)) variable.add(word);
  const kept = new Set<string>();
  for (const word of wordsOf(text)) {
    if (kept.size >= maxWords) break;
    if (!variable.has(word) && !hasDigit.test(word) && !hexOnly.test(word)) kept.add(word);
  }
  return [...kept].sort(compareText).join(' ');
}

/**
 * Share of words that a template has in common with this one (Jaccard), 0–1; an empty template is similar to nothing.
 * Answers are remembered: the incidents compared with one alert hold the same few templates over and over.
 */
export function similarityTo(template: string): (other: string) => number {
  const words = new Set(template === '' ? [] : template.split(' '));
  const known = new Map<string, number>([['', 0]]);
  return (other) => {
    const found = known.get(other) ?? jaccard(words, other.split(' '));
    known.set(other, found);
    return found;
  };
}

function jaccard(left: ReadonlySet<string>, right: readonly string[]): number {
  let common = 0;
  for (const word of right) if (left.has(word)) common += 1;
  return common / (left.size + right.length - common);
}

function wordsOf(text: string): readonly string[] {
  return text.slice(0, maxTextChars).replace(camelBorder, '$1 $2').toLowerCase().match(wordPattern) ?? [];
}
