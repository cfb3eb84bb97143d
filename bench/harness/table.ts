import type { Machine } from './machine.ts';
import type { Row } from './row.ts';

const headings = ['what', 'median', '± MAD', 'unit', 'samples', 'note'] as const;

/** Three digits, and none behind the point where there are more before it. */
export function shown(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

function cellsOf({ name, median, spread, unit, samples, note }: Row): readonly string[] {
  return [name, shown(median), shown(spread), unit, String(samples.length), note];
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
    markdownRow(headings),
    `|${'---|'.repeat(headings.length)}`,
    ...rows.map((row) => markdownRow(cellsOf(row))),
  ];
  return `${lines.join('\n')}\n`;
}

function conditionsOf(machine: Machine): readonly string[] {
  return [
    `- command: \`${machine.command}\``,
    `- machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB; Node ${machine.node}`,
    `- commit: ${machine.commit}${machine.isDirty ? ', with changes' : ''}; ${machine.date.slice(0, 10)}`,
  ];
}
