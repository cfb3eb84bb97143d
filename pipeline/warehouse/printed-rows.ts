import type { Insert } from './warehouse.ts';

export interface RowsInto {
  /** `database.table` */
  readonly into: string;
  readonly rows: Insert['rows'];
  readonly token: string;
}

/** Rows printed at once; between two portions other work of the process gets a turn (a few milliseconds). */
const rowsPerPortion = 1_000;

/** The columns of the rows: those of the first; every row has the same. */
export function columnsOf(rows: Insert['rows']): readonly string[] {
  return Object.keys(rows[0] ?? {});
}

/** The rows as JSONCompactEachRow: arrays, in the order of the columns, whose types the engine takes from the table. */
export function* printedRows(rows: Insert['rows'], columns: readonly string[]): Generator<string> {
  for (let first = 0; first < rows.length; first += rowsPerPortion) {
    yield rows
      .slice(first, first + rowsPerPortion)
      .map((row) => line(row, columns))
      .join('');
  }
}

function line(row: object, columns: readonly string[]): string {
  // A row of a table is read by the names of its columns.
  const cells = row as Readonly<Record<string, unknown>>;
  return `${JSON.stringify(columns.map((column) => cells[column]))}\n`;
}
