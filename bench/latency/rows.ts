import { type Row, rowOf } from '../harness/row.ts';
import { addedOf, casesOf, type Measured, type Quantile, quantiles, whatOf } from './table.ts';

/** What may be added, in ms, undisturbed; by alerts a second, way of delivery and quantile. */
const limits: Readonly<Record<string, number>> = {
  '10000 effectively-once p50': 5,
  '10000 effectively-once p99': 25,
  '50000 effectively-once p99': 50,
  '10000 exactly-once p99': 250,
};

/** For each case: what a reader waits longer for than one of the raw topic; of the harness alone, what it waits. */
export function rowsOf(rows: readonly Measured[]): readonly Row[] {
  return casesOf(rows).flatMap((of) => quantiles.flatMap((name) => rowFor(of, name, rows)));
}

function rowFor(of: readonly Measured[], quantile: Quantile, rows: readonly Measured[]): readonly Row[] {
  const [first] = of;
  if (first === undefined) return [];
  const { perSecond, mode, what } = first;
  const isAlone = mode === null;
  const samples = isAlone ? of.map(({ found }) => found[quantile]) : addedOf(of, quantile, rows);
  const limit = what === 'none' ? (limits[`${perSecond} ${mode} ${quantile}`] ?? null) : null;
  const name = `${perSecond}/s, ${whatOf(first)}, ${isAlone ? '' : 'added '}${quantile}`;
  return [rowOf({ name, unit: 'ms', samples, limit })];
}
