import { mean, median, sum } from 'simple-statistics';
import { type Row, rowOf } from '../harness/row.ts';
import { spreadOf, tableRow } from '../pipeline/tables.ts';

/** A load that some workers have drained among them. */
export interface Scaled {
  readonly workers: number;
  readonly alerts: number;
  readonly wallMs: number;
  readonly cpuMs: readonly number[];
  readonly peakMiB: readonly number[];
  /** Alerts that each took in. */
  readonly entered: readonly number[];
}

const usOf = ({ alerts, cpuMs }: Scaled) => (1_000 * sum([...cpuMs])) / alerts;
const perSecondOf = ({ alerts, wallMs }: Scaled) => (1_000 * alerts) / wallMs;
/** 1 where each took in as many as any other. */
const unevennessOf = ({ entered }: Scaled) => Math.max(...entered) / mean([...entered]);
const mostOf = ({ peakMiB }: Scaled) => Math.max(...peakMiB);

/** The busiest first; of several runs, the median of those in the same place. */
function eachOf(runs: readonly (readonly number[])[], digits = 0): string {
  const sorted = runs.map((values) => [...values].sort((a, b) => b - a));
  const places = sorted[0]?.map((_, place) => median(sorted.map((values) => values[place] ?? 0))) ?? [];
  return places.map((value) => value.toLocaleString('en-US', { maximumFractionDigits: digits })).join(' · ');
}

function fleetsOf(found: readonly Scaled[]): readonly (readonly [number, readonly Scaled[]])[] {
  const fleets = [...new Set(found.map(({ workers }) => workers))];
  return fleets.map((workers) => [workers, found.filter((one) => one.workers === workers)]);
}

/** What an alert costs is not to grow with the fleet: that of more workers is held against that of one. */
export function rowsOf(found: readonly Scaled[]): readonly Row[] {
  return fleetsOf(found).flatMap(([workers, of]) => {
    const fleet = workers === 1 ? 'one worker' : `${workers} workers`;
    return [
      rowOf({ name: `${fleet}, all together`, unit: 'µs CPU per alert', samples: of.map(usOf) }),
      rowOf({ name: `${fleet}, alerts of the busiest`, unit: 'of the mean', samples: of.map(unevennessOf) }),
      rowOf({ name: `${fleet}, peak memory of the largest`, unit: 'MiB', samples: of.map(mostOf) }),
    ];
  });
}

/**
 * Workers of one core that so many alerts a second take, when one costs so many µs of CPU and a worker is to be busy for that share
 * of the time (docs/capacity.md).
 */
export function workersFor(perSecond: number, usPerAlert: number, busyShare: number): number {
  return Math.ceil((perSecond * usPerAlert) / (1e6 * busyShare));
}

/** What the largest fleet comes to at a million alerts a second: its alerts pay for the fleet too. */
function derivedOf(found: readonly Scaled[]): string {
  const [workers, of = []] = fleetsOf(found).at(-1) ?? [];
  if (workers === undefined) return '';
  const us = median(of.map(usOf));
  const shares = [1, 0.7].map((share) => `${workersFor(1e6, us, share)} busy to ${100 * share} %`);
  return `\n- A million alerts a second at ${us.toFixed(1)} µs each, as ${workers} workers have it: ${shares.join(', ')}\n`;
}

export function tableOf(found: readonly Scaled[]): string {
  const head = [
    'workers',
    'alerts/s, with the load beside it',
    'CPU µs/alert, all workers',
    'CPU s of each',
    'alerts of each',
    'greatest share : mean',
    'peak MiB of each',
    'runs',
  ];
  const lines = fleetsOf(found).map(([workers, of]) =>
    tableRow([
      String(workers),
      spreadOf(of.map(perSecondOf), 0),
      spreadOf(of.map(usOf), 1),
      eachOf(
        of.map(({ cpuMs }) => cpuMs.map((ms) => ms / 1_000)),
        1,
      ),
      eachOf(of.map(({ entered }) => entered)),
      spreadOf(of.map(unevennessOf), 2),
      eachOf(of.map(({ peakMiB }) => peakMiB)),
      String(of.length),
    ]),
  );
  const table = [tableRow(head), `|${'---|'.repeat(head.length)}`, ...lines, ''].join('\n');
  return `${table}${derivedOf(found)}`;
}
