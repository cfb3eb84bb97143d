import { median } from 'simple-statistics';
import type { Compared, Comparison, Figures } from './compare.ts';
import { pairsOf } from './rows.ts';

/** Of some runs: the median, and the least and the greatest. */
export function spreadOf(values: readonly number[], digits: number): string {
  if (values.length === 0) return '–';
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const shown = (value: number) =>
    value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });
  const middle = shown(median([...values]));
  return values.length === 1 ? middle : `${middle} (${shown(least)}–${shown(most)})`;
}

const columns = [
  'raw alerts/s',
  'CPU µs/alert, whole',
  'warm half',
  'broker CPU µs/alert',
  'peak MiB',
  'records written',
  'wrong',
  'runs',
];

/** One contender a line; then who costs how much of whom. */
export function comparisonTable({ load, format, alerts, bytesPerAlert, of }: Comparison): string {
  const title = `Load ${load}: ${alerts.toLocaleString('en-US')} alerts as ${format}, ${Math.round(bytesPerAlert)} bytes each`;
  return [
    `### ${title}`,
    '',
    tableRow(['who', ...columns]),
    `|${'---|'.repeat(columns.length + 1)}`,
    ...of.map((one) => tableRow([`${one.name} (${one.writes})`, ...cellsOf(one)])),
    '',
    ...ratiosOf(of),
    '',
  ].join('\n');
}

export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cellsOf({ missing, runs }: Compared): readonly string[] {
  if (missing !== null) return [`not run: ${missing}`, ...columns.slice(1).map(() => '')];
  const all = (figure: (run: Figures) => number) => runs.map(figure);
  return [
    spreadOf(
      all((run) => run.perSecond),
      0,
    ),
    spreadOf(
      all((run) => run.wholeUs),
      1,
    ),
    spreadOf(
      all((run) => run.warmUs),
      1,
    ),
    spreadOf(
      all((run) => run.brokerUs),
      1,
    ),
    spreadOf(
      all((run) => run.peakMiB),
      0,
    ),
    spreadOf(
      all((run) => run.outputs),
      0,
    ),
    spreadOf(
      all((run) => run.wrong),
      0,
    ),
    String(runs.length),
  ];
}

function ratiosOf(of: readonly Compared[]): readonly string[] {
  return pairsOf(of).map(({ one, other, whole, warm }) => {
    const shown = `${spreadOf(whole, 2)} whole run, ${spreadOf(warm, 2)} warm half`;
    return `- ${one.name} : ${other.name} = ${shown}`;
  });
}
