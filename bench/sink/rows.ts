import { type Row, type RowDraft, rowOf } from '../harness/row.ts';
import type { DrainedRows } from './drain-rows.ts';
import { type Outage, outageMs } from './outage.ts';

/** One round. */
export interface Stored {
  readonly drained: DrainedRows;
  readonly away: Outage;
}

/** Rows a second that the sink is to drain. */
const wantedPerSecond = 100_000;

type Figure = Omit<RowDraft, 'samples'> & { readonly of: (one: Stored) => number | null };

const figuresAt = (rowsPerSecond: number, drainedRows: number): readonly Figure[] => [
  {
    ...{ name: 'draining, of all five output topics', unit: 'rows/s', better: 'more' },
    of: ({ drained }) => drained.perSecond,
    ...{ limit: wantedPerSecond, note: `${drainedRows} records` },
  },
  { name: 'the worker', unit: 'µs CPU per row', of: ({ drained }) => drained.workerUs },
  { name: 'the engine', unit: 'µs CPU per row', of: ({ drained }) => drained.engineUs },
  {
    name: `left after ${outageMs / 1_000} s without the engine, at ${rowsPerSecond} rows/s`,
    ...{ unit: 'rows', of: ({ away }) => away.mostLeft },
  },
  {
    ...{ name: 'caught up after', unit: 's', note: 'until less is left than is written in a second' },
    of: ({ away: { caughtUpAfterMs } }) => (caughtUpAfterMs === null ? null : caughtUpAfterMs / 1_000),
  },
];

/** The worst round counts, not the median: one row too few is one too few. */
const promises: readonly Figure[] = [
  {
    ...{ name: 'rounds that did not catch up', unit: 'rounds' },
    of: ({ away }) => (away.caughtUpAfterMs === null ? 1 : 0),
  },
  {
    ...{ name: 'left when nothing was written any more', unit: 'records beyond what the group committed' },
    of: ({ away }) => away.leftAtEnd,
  },
  {
    ...{ name: 'rows beyond or below those wanted, drained', unit: 'rows' },
    of: ({ drained }) => drained.rowsAstray,
  },
  {
    ...{ name: 'rows beyond or below those wanted, with the outage', unit: 'rows' },
    of: ({ away }) => away.rowsAstray,
  },
];

export function rowsOf(found: readonly Stored[], rowsPerSecond: number): readonly Row[] {
  const figures = figuresAt(rowsPerSecond, found[0]?.drained.rows ?? 0).flatMap(({ of, ...draft }) => {
    const samples = found.flatMap((one) => of(one) ?? []);
    return samples.length === 0 ? [] : [rowOf({ ...draft, samples })];
  });
  const kept = promises.map(({ of, name, unit }) => {
    const worst = Math.max(...found.map((one) => of(one) ?? 0));
    return rowOf({ name, unit, samples: [worst], limit: 0, note: `worst of ${found.length}` });
  });
  return [...figures, ...kept];
}
