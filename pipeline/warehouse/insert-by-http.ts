import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { RowsInto } from './printed-rows.ts';
import { serverSettings } from './settings.ts';

/**
 * One INSERT with its rows in the body of the request and its settings in the address, so that nothing is left behind in
 * a session. The server stores the body as one block, or not at all when it ends early.
 */
export async function insertByHttp(
  client: ClickHouseClient,
  { into, columns, format, portions, token }: RowsInto,
): Promise<void> {
  // `insert` of the client takes objects only, and prints them one by one.
  const { stream } = await client.exec({
    query: `INSERT INTO ${into} (${columns.join(', ')}) FORMAT ${format}`,
    values: Readable.from(paced(portions()), { objectMode: false }),
    clickhouse_settings: serverSettings(token),
  });
  // The answer has no content, but its socket is free only when it was read to its end.
  stream.resume();
  await finished(stream);
}

/** Gives the rest of the process a turn between two portions. */
async function* paced(portions: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const portion of portions) {
    yield portion;
    await setImmediate();
  }
}
