import { expect, test } from 'vitest';
import type { Case } from './reading.ts';
import { mistakesOf } from './reading.ts';

export interface Told extends Case {
  readonly name: string;
  /** `line:column message [code]`, in the order in which they are told. */
  readonly told: readonly string[];
}

/** One test per case: what is told is exactly this. */
export function tellEach(cases: readonly Told[]): void {
  test.each(cases)('$name', ({ told, ...given }) => {
    const lines = mistakesOf(given).map(
      ({ line, column, message, code }) => `${line}:${column} ${message} [${code}]`,
    );
    expect(lines).toEqual(told);
  });
}
