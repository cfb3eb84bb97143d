import type { DeliveryMode } from '../../test/chaos/verify/verify.ts';
import { tableRow } from '../pipeline/tables.ts';
import { type Disturbance, meaning } from './disturb.ts';
import type { Quantiles } from './run.ts';

export const deliveryModes = ['effectively-once', 'exactly-once'] as const satisfies readonly DeliveryMode[];

/** What a worker runs: everything, or what a dedupe does. */
export const graphSets = ['all', 'reduce'] as const;
export type GraphSet = (typeof graphSets)[number];

export interface Row {
  readonly perSecond: number;
  /** Null, as the mode is: the harness alone, reading the raw topic. */
  readonly graphs: GraphSet | null;
  readonly mode: DeliveryMode | null;
  readonly what: Disturbance;
  readonly found: Quantiles;
}

const quantiles = ['p50', 'p99', 'p999', 'max'] as const;

/** Milliseconds; in parentheses what is added to the same quantile of the harness alone. */
export function tableOf(rows: readonly Row[]): string {
  const head = [
    'alerts/s',
    'what is read',
    ...quantiles.map((name) => `${name} ms`),
    'seconds with more than 1 s',
    'seen',
  ];
  const lines = rows.map((row) => {
    const alone = rows.find(({ perSecond, mode }) => perSecond === row.perSecond && mode === null);
    return tableRow([row.perSecond.toLocaleString('en-US'), whatOf(row), ...cellsOf(row, alone)]);
  });
  return [tableRow(head), `|${'---|'.repeat(head.length)}`, ...lines, ''].join('\n');
}

function whatOf({ graphs, mode, what }: Row): string {
  if (mode === null) return 'the raw topic itself (harness alone)';
  return `${graphs === 'reduce' ? 'REDUCE alone, ' : ''}${mode}: ${meaning[what]}`;
}

function cellsOf({ mode, found }: Row, alone: Row | undefined): readonly string[] {
  const shown = quantiles.map((name) => {
    const value = Math.round(found[name]);
    return mode === null || alone === undefined
      ? String(value)
      : `${value} (+${Math.round(value - alone.found[name])})`;
  });
  return [...shown, String(found.slowSeconds), found.seen.toLocaleString('en-US')];
}
