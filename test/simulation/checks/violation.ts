/** A check that failed, and the smallest thing that shows it. */
export interface Violation {
  readonly check: string;
  readonly detail: string;
}

/** The lines that one side has and the other has not, the first few of each; null when they are equal. */
export function differenceOf(found: readonly string[], expected: readonly string[]): string | null {
  const extra = found.filter((line) => !expected.includes(line));
  const missing = expected.filter((line) => !found.includes(line));
  if (extra.length === 0 && missing.length === 0 && found.length === expected.length) return null;
  const some = (lines: readonly string[]) => lines.slice(0, 3).join('\n    ');
  return `found ${extra.length} other than expected:\n    ${some(extra)}\n  missing ${missing.length}:\n    ${some(missing)}`;
}
