import { countOf, oneOf } from '../command-line.ts';
import { javaVersion, type Machine } from './machine.ts';
import { recordBeside, resultFormat } from './result.ts';
import type { Row } from './row.ts';
import { conditionsOf } from './table.ts';

/** What each bench on services is asked besides its own options. */
export const publishing = {
  rounds: { type: 'string' },
  quick: { type: 'boolean', default: false },
  output: { type: 'string', short: 'o', default: 'table' },
  record: { type: 'boolean', default: false },
  as: { type: 'string' },
} as const;

export interface Publishing {
  /** Runs of each case, interleaved. */
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly output: 'table' | 'json';
  readonly isRecorded: boolean;
  /** Of its rows, and of its files in bench/results. */
  readonly name: string;
}

/** Of a bench, where nothing else is said. */
export interface Usual {
  readonly name: string;
  readonly rounds: number;
  /** What is measured when it is to be quick. */
  readonly quick: string;
}

interface Given {
  readonly rounds?: string | undefined;
  readonly quick: boolean;
  readonly output: string;
  readonly record: boolean;
  readonly as?: string | undefined;
}

/** @throws Error with what is known where something is not */
export function publishingOf(
  { rounds, quick, output, record, as }: Given,
  usual: Omit<Usual, 'quick'>,
): Publishing {
  if (quick && record) throw new Error('--record: a quick run is not worth keeping; leave --quick out');
  return {
    rounds: rounds === undefined ? (quick ? 1 : usual.rounds) : countOf(rounds),
    isQuick: quick,
    output: oneOf(['table', 'json'] as const, output),
    isRecorded: record,
    name: as === undefined ? usual.name : fileNameOf(as),
  };
}

function fileNameOf(text: string): string {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(text))
    throw new Error(`--as ${text}: expected a name like pipeline-storm`);
  return text;
}

/** The end of each usage. */
export function publishingUsage({ name, rounds, quick }: Usual): string {
  return `  --rounds N        runs of each case, interleaved; default ${rounds}
  --quick           ${quick}
  -o, --output FORM table or json; default table
  --record          keep the result: bench/results/NAME.json anew, and as the first section of NAME.md
  --as NAME         for what is not to replace the usual result; default ${name}
`;
}

export interface Found {
  /** As of the beginning. */
  readonly machine: Machine;
  readonly rows: readonly Row[];
  /** For people. */
  readonly tables: string;
}

/** Prints what was found, and keeps it when that is asked for. */
export function publish({ machine, rows, tables }: Found, { name, ...how }: Publishing): void {
  const result = { format: resultFormat, machine, isQuick: how.isQuick, rows: { [name]: rows } } as const;
  const java = javaVersion();
  const page = [...conditionsOf(machine), ...(java === '' ? [] : [`- ${java}`]), '', tables].join('\n');
  process.stdout.write(how.output === 'json' ? `${JSON.stringify(result)}\n` : page);
  if (!how.isRecorded) return;
  const section = `## ${machine.date.slice(0, 10)}, ${machine.commit}\n${page}`;
  for (const file of recordBeside(name, result, section)) process.stderr.write(`${file} written\n`);
}
