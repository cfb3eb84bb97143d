/**
 * npm run bench:compare BEFORE.json AFTER.json
 *
 * What moved between two results. Exit code 1: a row is worse; 64: usage.
 */
import { argumentsOr } from './command-line.ts';
import type { Machine } from './harness/machine.ts';
import { type Result, readResult } from './harness/result.ts';
import { columnsOf, shown } from './harness/table.ts';
import { type Compared, compareAll, unmatched } from './harness/verdict.ts';

const usage = `usage: npm run bench:compare BEFORE.json AFTER.json

Both as npm run bench -- -o json prints them, or from bench/results.
`;

interface Pair {
  readonly before: Result;
  readonly after: Result;
}

function pairOf([beforeFile, afterFile, ...more]: readonly string[]): Pair {
  if (beforeFile === undefined || afterFile === undefined || more.length > 0)
    throw new Error('expected two files');
  const pair = { before: readResult(beforeFile), after: readResult(afterFile) };
  if (pair.before.isQuick !== pair.after.isQuick)
    throw new Error('one of them was a quick run, the other was not: they measured different sizes');
  return pair;
}

const toldOf = ({ commit, isDirty, cpu, cores, node, date }: Machine) =>
  `${commit}${isDirty ? ' with changes' : ''}, ${date}, ${cpu} × ${cores}, Node ${node}`;

function lineOf({ name, before, after, unit, ratio, p, verdict }: Compared): readonly string[] {
  return [name, shown(before), shown(after), unit, ratio.toFixed(2), p.toFixed(3), verdict];
}

const head = ['what', 'before', 'after', 'unit', 'after : before', 'p', 'verdict'];
const { before, after } = argumentsOr(usage, pairOf);
process.stdout.write(`before: ${toldOf(before.machine)}\nafter:  ${toldOf(after.machine)}\n`);
for (const [scenario, rows] of Object.entries(after.rows)) {
  const known = before.rows[scenario] ?? [];
  const found = compareAll(known, rows);
  process.stdout.write(`\n${scenario}\n${columnsOf([head, ...found.map(lineOf)], [1, 2, 4, 5])}`);
  for (const name of unmatched(known, rows)) process.stdout.write(`only in one of them: ${name}\n`);
  if (found.some(({ verdict }) => verdict === 'worse')) process.exitCode = 1;
}
