import type { DeliveryMode } from '../../test/chaos/verify/verify.ts';
import { spreadOf, tableRow } from '../pipeline/tables.ts';
import { type Disturbance, meaning } from './disturb.ts';

export const deliveryModes = ['effectively-once', 'exactly-once'] as const satisfies readonly DeliveryMode[];

/** What a worker runs: everything, or what a dedupe does. */
export const graphSets = ['all', 'reduce'] as const;
export type GraphSet = (typeof graphSets)[number];

export interface Quantiles {
  readonly seen: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Seconds of the load in which something took longer than a second. */
  readonly slowSeconds: number;
}

export interface Measured {
  readonly round: number;
  readonly perSecond: number;
  /** Null, as the mode is: the harness alone, reading the raw topic. */
  readonly graphs: GraphSet | null;
  readonly mode: DeliveryMode | null;
  readonly what: Disturbance;
  readonly found: Quantiles;
}

export const quantiles = ['p50', 'p99', 'p999', 'max'] as const;
export type Quantile = (typeof quantiles)[number];

/** All rounds of one case, in the order in which the cases came. */
export function casesOf(rows: readonly Measured[]): readonly (readonly Measured[])[] {
  const cases = new Map<string, Measured[]>();
  for (const row of rows) {
    const name = `${row.perSecond} ${whatOf(row)}`;
    cases.set(name, [...(cases.get(name) ?? []), row]);
  }
  return [...cases.values()];
}

/** What is added to the same quantile of the harness alone in the same round; nothing where that is what was measured. */
export function addedOf(
  of: readonly Measured[],
  name: Quantile,
  rows: readonly Measured[],
): readonly number[] {
  return of.flatMap(({ round, perSecond, mode, found }) => {
    const alone = rows.find((row) => row.mode === null && row.round === round && row.perSecond === perSecond);
    return mode === null || alone === undefined ? [] : [found[name] - alone.found[name]];
  });
}

/** Milliseconds; behind the sign what is added. Of several rounds the median, the least and the greatest. */
export function tableOf(rows: readonly Measured[]): string {
  const head = [
    'alerts/s',
    'what is read',
    ...quantiles.map((name) => `${name} ms`),
    'seconds with more than 1 s',
    'seen',
  ];
  const lines = casesOf(rows).flatMap((of) => {
    const [first] = of;
    if (first === undefined) return [];
    return [tableRow([first.perSecond.toLocaleString('en-US'), whatOf(first), ...cellsOf(of, rows)])];
  });
  return [tableRow(head), `|${'---|'.repeat(head.length)}`, ...lines, ''].join('\n');
}

export function whatOf({ graphs, mode, what }: Measured): string {
  if (mode === null) return 'the raw topic itself (harness alone)';
  return `${graphs === 'reduce' ? 'REDUCE alone, ' : ''}${mode}: ${meaning[what]}`;
}

function cellsOf(of: readonly Measured[], rows: readonly Measured[]): readonly string[] {
  const all = (figure: (found: Quantiles) => number) => of.map(({ found }) => figure(found));
  const shown = quantiles.map((name) => {
    const added = addedOf(of, name, rows);
    const value = spreadOf(
      all((found) => found[name]),
      0,
    );
    if (added.length === 0) return value;
    const shown = spreadOf(added, 0);
    return `${value} ${shown.startsWith('-') ? '' : '+'}${shown}`;
  });
  const slow = spreadOf(
    all(({ slowSeconds }) => slowSeconds),
    0,
  );
  const seen = spreadOf(
    all(({ seen }) => seen),
    0,
  );
  return [...shown, slow, seen];
}
