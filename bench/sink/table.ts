import { verdictOf } from '../harness/publish.ts';
import { type Row, type RowDraft, rowOf } from '../harness/row.ts';
import { spreadOf, tableRow } from '../pipeline/tables.ts';
import type { DrainedRows } from './drain-rows.ts';
import { type Outage, outageMs } from './outage.ts';

/** One round. */
export interface Stored {
  readonly drained: DrainedRows;
  readonly away: Outage;
}

/** Rows a second that the sink is to drain. */
const wantedPerSecond = 100_000;

type Figure = Omit<RowDraft, 'samples'> & { readonly of: (one: Stored) => number; readonly digits: number };

const figuresAt = (rowsPerSecond: number): readonly Figure[] => [
  {
    ...{ name: 'draining, of all five output topics', unit: 'rows/s', better: 'more', digits: 0 },
    of: ({ drained }) => drained.perSecond,
    limit: wantedPerSecond,
  },
  { name: 'the worker', unit: 'µs CPU per row', of: ({ drained }) => drained.workerUs, digits: 1 },
  { name: 'the engine', unit: 'µs CPU per row', of: ({ drained }) => drained.engineUs, digits: 1 },
  {
    name: `left after ${outageMs / 1_000} s without the engine, at ${rowsPerSecond} rows/s`,
    ...{ unit: 'rows', of: ({ away }) => away.mostLeft, digits: 0 },
  },
  { name: 'caught up after', unit: 's', of: ({ away }) => away.caughtUpAfterMs / 1_000, digits: 1 },
  {
    name: 'left when nothing was written any more',
    ...{ unit: 'rows', of: ({ away }) => away.leftAtEnd, digits: 0, limit: 0 },
  },
  {
    name: 'rows beyond or below those written',
    ...{ unit: 'rows', of: ({ away }) => Math.abs(away.rowsAstray), digits: 0, limit: 0 },
  },
];

export function rowsOf(found: readonly Stored[], rowsPerSecond: number): readonly Row[] {
  return figuresAt(rowsPerSecond).map(({ of, digits: _, ...draft }) =>
    rowOf({ ...draft, samples: found.map(of) }),
  );
}

export function tableOf(found: readonly Stored[], rowsPerSecond: number): string {
  const lines = figuresAt(rowsPerSecond).map(({ of, digits, ...draft }) => {
    const samples = found.map(of);
    return tableRow([
      ...[draft.name, spreadOf(samples, digits), draft.unit],
      verdictOf(rowOf({ ...draft, samples })),
    ]);
  });
  return [tableRow(['what', 'found', 'unit', 'target']), '|---|---|---|---|', ...lines, ''].join('\n');
}
