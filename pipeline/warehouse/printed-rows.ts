import type { Insert, Row, RowBytes } from './warehouse.ts';

export interface RowsInto extends RowBytes {
  /** `database.table` */
  readonly into: string;
  readonly token: string;
}

/** Rows read and printed at once; between two portions other work of the process gets a turn (a few milliseconds). */
const rowsPerPortion = 500;

/** Rows that are there as objects, as lines. */
export function printedRows(rows: Insert['rows']): RowBytes {
  return { format: 'JSONCompactEachRow', columns: columnsOf(rows), portions: () => portionsOf(rows) };
}

/** The columns of the rows, none without a row. */
function columnsOf(rows: Insert['rows']): readonly string[] {
  for (const row of rows) return Object.keys(row);
  return [];
}

function* portionsOf(rows: Insert['rows']): Generator<Buffer> {
  let lines: string[] = [];
  for (const row of rows) {
    lines.push(line(row));
    if (lines.length < rowsPerPortion) continue;
    yield Buffer.from(lines.join(''));
    lines = [];
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''));
}

function line(row: Row): string {
  return `${JSON.stringify(Object.values(row))}\n`;
}
