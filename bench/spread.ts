/**
 * The same alerts, without keys, over 1, 4 and 12 raw partitions: what is found in the end must not depend on it. Prints the
 * table of bench/results/guarantee.md.
 *
 * npx tsx bench/spread.ts [alerts] [seeds]
 */
import { runSpread, type Spread } from '../test/chaos/spread.ts';
import { pairF1 } from '../test/chaos/verify/pair-f1.ts';

const [alerts = 300_000, seeds = 3] = process.argv.slice(2).map(Number);
const widths = [1, 4, 12];
const count = (value: number) => value.toLocaleString('en-US');

/** An hour of it: troubles last some minutes, and services are quiet for about half an hour between two. */
function spreadOver(rawPartitions: number, seed: number): Promise<Spread> {
  const everyMs = 3_600_000 / alerts;
  return runSpread({
    seed,
    alerts,
    everyMs,
    rawPartitions,
    troubles: 40,
    alertsPerTrouble: alerts / 800,
    oddShare: 0.001,
  });
}

function rowOf(seed: number, width: number, spread: Spread, one: Spread): string {
  const { finals, counts } = spread;
  const { passed, folded, suppressed, 'dead-lettered': dead } = counts.outcomes;
  const score = pairF1(finals.memberships(), one.finals.memberships());
  const cells = [
    ...[seed, width, count(finals.size), count(finals.observations), count(finals.late)],
    ...[passed, folded, suppressed, dead, passed + folded + suppressed + dead].map(count),
    ...[count(finals.differencesFrom(one.finals).count), score.f1.toFixed(4), count(score.expected)],
  ];
  return `| ${cells.join(' | ')} |`;
}

const lines = [
  '| seed | raw partitions | occurrences | observations in them | late | passed | folded | suppressed | dead-lettered | sum | occurrences that differ | pair-F1 | pairs |',
  `|${'---|'.repeat(13)}`,
];
for (let seed = 1; seed <= seeds; seed += 1) {
  const one = await spreadOver(1, seed);
  lines.push(rowOf(seed, 1, one, one));
  for (const width of widths.slice(1)) lines.push(rowOf(seed, width, await spreadOver(width, seed), one));
}
process.stdout.write(`${lines.join('\n')}\n`);
