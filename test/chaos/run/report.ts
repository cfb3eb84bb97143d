import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Outcome } from './chaos.ts';
import type { ChaosOptions } from './options.ts';

export interface Report {
  readonly options: ChaosOptions;
  readonly commit: string;
  readonly machine: string;
  readonly outcome: Outcome;
}

export function reportOf(options: ChaosOptions, outcome: Outcome): Report {
  return { options, commit: commitOf(), machine: machineOf(), outcome };
}

export function isHeld({ outcome }: Report): boolean {
  return outcome.checks.every((check) => check.isHeld);
}

/** For machines: what was asked for and what was found, without the books themselves. */
export function jsonOf({ options, commit, machine, outcome }: Report): string {
  const { checks, faults, deaths, drained, seconds, verified } = outcome;
  const { repeats, rawRecords, incidents, found } = verified;
  const figures = {
    repeats,
    rawRecords,
    incidents,
    outputs: found.records,
    books: found.books.totals,
    reasons: { found: found.books.reasons, expected: verified.expected.books.reasons },
  };
  return JSON.stringify(
    { options, commit, machine, checks, faults, deaths, drained, seconds, figures },
    null,
    2,
  );
}

/** For people, on a terminal. */
export function linesOf({ outcome }: Report): string {
  const lines = outcome.checks.flatMap(({ name, isHeld: holds, found, wrong }) => [
    `${holds ? 'held  ' : 'BROKEN'}  ${name}: ${found}`,
    ...wrong.map((sentence) => `          ${sentence}`),
  ]);
  return `${lines.join('\n')}\n`;
}

const columns = [
  ...['date', 'commit', 'mode', 'seed', 'brokers', 'alerts', 'minutes', 'faults', 'died by themselves'],
  ...['outputs', 'repeats', 'occurrences', 'pair-F1', 'drained after', 'verified in', 'held'],
];

/** Adds a run to a Markdown table, with its heading when the file is new. */
export function recordIn(file: string, report: Report): void {
  if (!existsSync(file))
    writeFileSync(file, `| ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length)}\n`);
  appendFileSync(file, `| ${cellsOf(report).join(' | ')} |\n`);
}

function cellsOf({ options, commit, outcome }: Report): readonly (string | number)[] {
  const { faults, deaths, verified, seconds, checks } = outcome;
  const done = Object.values(faults).reduce((sum, times) => sum + times, 0);
  const held = checks.filter((check) => check.isHeld).length;
  return [
    ...[new Date().toISOString().slice(0, 10), commit, options.mode, options.seed, options.brokers],
    ...[count(verified.rawRecords), options.minutes, done, deaths.length],
    ...[count(verified.found.trails.records), count(verified.repeats), count(verified.found.finals.size)],
    ...[
      verified.incidents.f1.toFixed(4),
      `${Math.round(seconds.drain)} s`,
      `${Math.round(seconds.verify)} s`,
    ],
    `${held} of ${checks.length}`,
  ];
}

const count = (value: number) => value.toLocaleString('en-US');

function commitOf(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

function machineOf(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model ?? 'unknown'}, Node ${process.versions.node}`;
}
