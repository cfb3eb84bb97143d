import { permutationTest } from 'simple-statistics';
import { randomOf } from '../../pipeline/demo/random.ts';
import type { Row } from './row.ts';

export type Verdict = 'better' | 'worse' | 'same' | 'too few samples';

export interface Compared {
  readonly name: string;
  readonly unit: string;
  readonly before: number;
  readonly after: number;
  /** after : before. */
  readonly ratio: number;
  /** How often chance alone makes two such groups of one. */
  readonly p: number;
  readonly verdict: Verdict;
}

/** A smaller change of the median is not told, however sure it is: nobody would act on it. */
const leastEffect = 0.05;
/** Of a hundred rows that did not change, one is told falsely. */
const mostChance = 0.01;
const shuffles = 10_000;

/**
 * Whether the samples of a row moved. Ranks are compared (Mann–Whitney, by permutation): samples are few, and one that was
 * disturbed lies far out, which ruins means and everything that takes them for normal.
 */
export function compare(before: Row, after: Row): Compared {
  const ratio = ratioOf(before.median, after.median);
  const p = chanceOf(before.samples, after.samples);
  const { name, unit } = after;
  return { name, unit, before: before.median, after: after.median, ratio, p, verdict: verdictOf() };

  function verdictOf(): Verdict {
    if (Math.abs(ratio - 1) < leastEffect) return 'same';
    if (leastChance(before.samples.length, after.samples.length) > mostChance) return 'too few samples';
    if (p > mostChance) return 'same';
    // Not by the ratio: what is added to something else may be below 0.
    return after.median < before.median === (after.better === 'less') ? 'better' : 'worse';
  }
}

/** 1 for two zeros. */
function ratioOf(before: number, after: number): number {
  return before === after ? 1 : after / before;
}

/** Rows that both results have, under the same names. */
export function compareAll(before: readonly Row[], after: readonly Row[]): readonly Compared[] {
  return after.flatMap((row) => {
    const known = before.find((one) => isSame(one, row));
    return known === undefined ? [] : [compare(known, row)];
  });
}

/** Names of rows that only one result has. */
export function unmatched(before: readonly Row[], after: readonly Row[]): readonly string[] {
  const lacks = (rows: readonly Row[]) => (row: Row) => !rows.some((one) => isSame(one, row));
  return [...before.filter(lacks(after)), ...after.filter(lacks(before))].map(({ name }) => name);
}

function isSame(one: Row, other: Row): boolean {
  return one.name === other.name && one.unit === other.unit;
}

function chanceOf(before: readonly number[], after: readonly number[]): number {
  const all = [...before, ...after].sort((a, b) => a - b);
  const ranked = (values: readonly number[]) => values.map((value) => rankIn(all, value));
  // Seeded: the same two files get the same verdict.
  return permutationTest(ranked(before), ranked(after), 'two_side', shuffles, randomOf(1).next);
}

/** Equal values share the mean of their places. */
function rankIn(sorted: readonly number[], value: number): number {
  return (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2;
}

/** When all of one group lie beyond all of the other: two of all the ways to choose one group. */
function leastChance(before: number, after: number): number {
  let ways = 1;
  for (let i = 1; i <= before; i += 1) ways = (ways * (after + i)) / i;
  return 2 / ways;
}
