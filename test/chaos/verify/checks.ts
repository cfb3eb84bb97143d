import type { Verified } from './verify.ts';
import type { TableCheck } from './warehouse-book.ts';

/** One thing that must be true, with what was found. */
export interface Check {
  readonly name: string;
  readonly isHeld: boolean;
  readonly found: string;
  /** What is wrong, a sentence each; empty when it holds. */
  readonly wrong: readonly string[];
}

const leastPairF1 = 0.99;

const count = (value: number) => value.toLocaleString('en-US');

export function checksOf(verified: Verified): readonly Check[] {
  const checks = [bytes(verified), finals(verified), books(verified), incidents(verified), closed(verified)];
  return [...checks, ...verified.tables.map(tableCheck)];
}

function bytes({ found, rerun, repeats }: Verified): Check {
  const wrong = found.trails.differencesFrom(rerun);
  return {
    name: 'outputs are byte-identical to a clean rerun over the same reduced log',
    isHeld: wrong.length === 0 && rerun.records > 0,
    found: `${count(found.trails.records)} records in ${found.trails.places.length} partitions, ${count(repeats)} repeats dropped by marks`,
    wrong,
  };
}

function finals({ found, expected }: Verified): Check {
  const { count: differing, sentences } = found.finals.differencesFrom(expected.finals);
  const observed = `${count(found.finals.observations)} observations (${count(expected.finals.observations)} expected)`;
  const isSameLate = found.finals.late === expected.finals.late;
  return {
    name: 'final occurrences and counts equal those of an uninterrupted run',
    isHeld: differing === 0 && isSameLate && expected.finals.size > 0,
    found: `${count(found.finals.size)} occurrences of ${observed}, ${count(found.finals.late)} late, ${count(differing)} differing`,
    wrong: isSameLate ? sentences : [...sentences, `${expected.finals.late} late were expected`],
  };
}

function books({ found, expected, rawRecords }: Verified): Check {
  const { passed, folded, suppressed, deadLettered } = found.books.totals;
  const wrong: string[] = [];
  if (found.books.accounted !== rawRecords)
    wrong.push(`${count(found.books.accounted)} of ${count(rawRecords)}`);
  if (deadLettered !== expected.books.totals.deadLettered)
    wrong.push(`${count(expected.books.totals.deadLettered)} dead letters were expected`);
  return {
    name: 'every alert has one outcome',
    isHeld: wrong.length === 0 && rawRecords > 0,
    found: `${count(rawRecords)} alerts: ${count(passed)} passed, ${count(folded)} folded, ${count(suppressed)} suppressed, ${count(deadLettered)} dead-lettered`,
    wrong,
  };
}

function incidents({ incidents: score }: Verified): Check {
  const isHeld = score.f1 >= leastPairF1 && score.expected > 0;
  const found = `pair-F1 ${score.f1.toFixed(4)} (${count(score.found)} pairs, ${count(score.expected)} expected, ${count(score.both)} in both)`;
  return {
    name: `incidents agree with an uninterrupted run (pair-F1 >= ${leastPairF1})`,
    isHeld,
    found,
    wrong: isHeld ? [] : [found],
  };
}

function closed({ cleanRunRemains: { rows, timers } }: Verified): Check {
  const found = `${rows} rows, ${timers} timers left in the uninterrupted run`;
  return {
    name: 'every window of the uninterrupted run closes',
    isHeld: timers === 0,
    found,
    wrong: timers === 0 ? [] : [found],
  };
}

function tableCheck({ table, rows, wrong }: TableCheck): Check {
  return {
    name: `ClickHouse equals the topics: ${table}`,
    isHeld: wrong.length === 0,
    found: `${count(rows)} rows`,
    wrong,
  };
}
