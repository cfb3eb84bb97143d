import type { Machine } from './machine.ts';
import { isBeyondLimit, type Row } from './row.ts';

const headings = ['what', 'median', '± MAD', 'unit', 'samples', 'target', 'note'] as const;

/** Three digits, and none behind the point where there are more before it. */
export function shown(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

function cellsOf(row: Row): readonly string[] {
  const { name, median, spread, unit, samples, note } = row;
  return [name, shown(median), shown(spread), unit, String(samples.length), targetOf(row), note];
}

/** What the median is held against, and whether it holds. */
function targetOf(row: Pick<Row, 'median' | 'better' | 'limit'>): string {
  const { better, limit } = row;
  if (limit === null) return '';
  const target = `${better === 'less' ? 'at most' : 'at least'} ${limit.toLocaleString('en-US')}`;
  return `${target}: ${isBeyondLimit(row) ? '**missed**' : 'held'}`;
}

/** Columns that stand below each other, for a terminal; of those named the right ends do. */
export function columnsOf(lines: readonly (readonly string[])[], numbers: readonly number[]): string {
  const widthOf = (column: number) => Math.max(...lines.map((line) => line[column]?.length ?? 0));
  const widths = lines[0]?.map((_, column) => widthOf(column)) ?? [];
  const padded = (cell: string, column: number) =>
    numbers.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return lines.map((line) => `${line.map(padded).join('  ').trimEnd()}\n`).join('');
}

export function textOf(rows: readonly Row[]): string {
  return columnsOf([headings, ...rows.map(cellsOf)], [1, 2, 4]);
}

export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A page of bench/results. */
export function markdownOf(scenario: string, rows: readonly Row[], machine: Machine): string {
  const lines = [
    `# ${scenario}`,
    '',
    'Written by `npm run bench -- --record`; what the rows mean: [performance](../../docs/performance.md).',
    '',
    ...conditionsOf(machine),
    '',
    tableOf(rows),
  ];
  return lines.join('\n');
}

/** All of some rows, in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => markdownRow(cellsOf(row)));
  return [markdownRow(headings), `|${'---|'.repeat(headings.length)}`, ...lines, ''].join('\n');
}

/** Those that have a target, and whether it holds, as a list for people. */
export function targetsOf(rows: readonly Row[]): string {
  const lines = rows
    .filter(({ limit }) => limit !== null)
    .map((row) => `- ${row.name}: ${shown(row.median)} ${row.unit}; ${targetOf(row)}\n`);
  return lines.length === 0 ? '' : `\n${lines.join('')}`;
}

/** What it ran on and what was run, as a list for people. */
export function conditionsOf(machine: Machine): readonly string[] {
  return [
    `- command: \`${machine.command}\``,
    `- machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB; Node ${machine.node}`,
    `- commit: ${machine.commit}${machine.isDirty ? ', with changes' : ''}; ${machine.date.slice(0, 10)}`,
  ];
}
