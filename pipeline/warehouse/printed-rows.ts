import type { Insert, Row } from './warehouse.ts';

export interface RowsInto {
  /** `database.table` */
  readonly into: string;
  readonly columns: readonly string[];
  readonly rows: Insert['rows'];
  readonly token: string;
}

/** Rows read and printed at once; between two portions other work of the process gets a turn (a few milliseconds). */
const rowsPerPortion = 500;

/** The columns of the rows, none without a row. */
export function columnsOf(rows: Insert['rows']): readonly string[] {
  for (const row of rows) return Object.keys(row);
  return [];
}

/** The rows as JSONCompactEachRow: arrays, in the order of the columns, whose types the engine takes from the table. */
export function* printedRows(rows: Insert['rows']): Generator<string> {
  let lines: string[] = [];
  for (const row of rows) {
    lines.push(line(row));
    if (lines.length < rowsPerPortion) continue;
    yield lines.join('');
    lines = [];
  }
  if (lines.length > 0) yield lines.join('');
}

function line(row: Row): string {
  return `${JSON.stringify(Object.values(row))}\n`;
}
