import type { Connected } from './connection.ts';
import { settingsClause } from './settings.ts';
import type { Insert } from './warehouse.ts';

export interface RowsInto {
  /** `database.table` */
  readonly into: string;
  readonly rows: Insert['rows'];
  readonly token: string;
}

/** Rows printed at once; between two portions other work of the process gets a turn (a few milliseconds). */
const rowsPerPortion = 1_000;

/**
 * One INSERT … SELECT, never INSERT … VALUES or FORMAT: for those the engine looks for more rows on the stdin of this
 * process, stores what it finds there, and waits for ever when stdin is an open pipe (chdb-io/chdb-core#239;
 * docs/decisions/0012).
 *
 * The settings stand in the statement: set on the session, as the client's own calls do with chdb, they make several
 * statements of one. Rows travel as arrays, in the order of the columns, whose types the engine takes from the table.
 */
export async function insertRows(
  { client, rowsFile }: Connected,
  { into, rows, token }: RowsInto,
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  await rowsFile.replace(portions(rows, columns));
  const source = `file(${rowsFile.descriptor}, JSONCompactEachRow)`;
  await client.command({
    query: `INSERT INTO ${into} (${columns.join(', ')}) ${settingsClause(token)} SELECT * FROM ${source}`,
  });
}

function* portions(rows: Insert['rows'], columns: readonly string[]): Generator<string> {
  for (let first = 0; first < rows.length; first += rowsPerPortion) {
    yield rows
      .slice(first, first + rowsPerPortion)
      .map((row) => line(row, columns))
      .join('');
  }
}

function line(row: object, columns: readonly string[]): string {
  const cells: Record<string, unknown> = { ...row };
  return `${JSON.stringify(columns.map((column) => cells[column]))}\n`;
}
