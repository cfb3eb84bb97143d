import { countOf, oneOf } from '../command-line.ts';
import { machineOf } from './machine.ts';
import { recordBeside, resultFormat } from './result.ts';
import type { Row } from './row.ts';

/** What each bench on services is asked besides its own options. */
export const publishing = {
  rounds: { type: 'string' },
  quick: { type: 'boolean', default: false },
  output: { type: 'string', short: 'o', default: 'table' },
  record: { type: 'boolean', default: false },
} as const;

export interface Publishing {
  /** Runs of each case, interleaved. */
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly output: 'table' | 'json';
  readonly isRecorded: boolean;
}

interface Given {
  readonly rounds?: string | undefined;
  readonly quick: boolean;
  readonly output: string;
  readonly record: boolean;
}

/** @throws Error with what is known where something is not */
export function publishingOf({ rounds, quick, output, record }: Given, usualRounds: number): Publishing {
  if (quick && record) throw new Error('--record: a quick run is not worth keeping; leave --quick out');
  return {
    rounds: rounds === undefined ? (quick ? 1 : usualRounds) : countOf(rounds),
    isQuick: quick,
    output: oneOf(['table', 'json'] as const, output),
    isRecorded: record,
  };
}

/** The end of each usage. */
export function publishingUsage(usualRounds: number, quick: string): string {
  return `  --rounds N        runs of each case, interleaved; default ${usualRounds}
  --quick           ${quick}
  -o, --output FORM table or json; default table
  --record          keep the result in bench/results
`;
}

export interface Found {
  /** Of the bench: its files are called so. */
  readonly name: string;
  readonly command: string;
  readonly rows: readonly Row[];
  /** The tables for people, with what they were found on. */
  readonly tables: string;
}

/** Prints what was found, and keeps it when that is asked for. */
export function publish({ name, command, rows, tables }: Found, how: Publishing): void {
  const machine = machineOf(command, new Date());
  const result = { format: resultFormat, machine, isQuick: how.isQuick, rows: { [name]: rows } } as const;
  process.stdout.write(how.output === 'json' ? `${JSON.stringify(result)}\n` : tables);
  if (!how.isRecorded) return;
  const section = `## ${machine.date.slice(0, 10)}, ${machine.commit}\n${tables}`;
  for (const file of recordBeside(name, result, section)) process.stderr.write(`${file} written\n`);
}

/** In a table: whether a target holds. */
export function verdictOf({ median, better, limit }: Pick<Row, 'median' | 'better' | 'limit'>): string {
  if (limit === null) return '';
  return (better === 'less' ? median <= limit : median >= limit) ? 'held' : '**missed**';
}
