import type { ClickHouseClient } from '@clickhouse/client';
import type { RowsInto } from './printed-rows.ts';
import type { RowsFile } from './rows-file.ts';
import { settingsClause } from './settings.ts';

/**
 * One INSERT … SELECT, never INSERT … VALUES or FORMAT: for those the engine looks for more rows on the stdin of this
 * process, stores what it finds there, and waits for ever when stdin is an open pipe (chdb-io/chdb-core#239;
 * docs/decisions/0012).
 *
 * The settings stand in the statement: set on the session, as the client's own calls do with chdb, they make several
 * statements of one.
 */
export async function insertByFile(
  client: ClickHouseClient,
  rowsFile: RowsFile,
  { into, columns, format, portions, token }: RowsInto,
): Promise<void> {
  await rowsFile.replace(portions());
  const source = `file(${rowsFile.descriptor}, ${format})`;
  await client.command({
    query: `INSERT INTO ${into} (${columns.join(', ')}) ${settingsClause(token)} SELECT * FROM ${source}`,
  });
}
