// The engine as a process of its own: node clickhouse-server.mjs FOLDER PORT. Start it without stdin, which the engine
// would take for rows (docs/decisions/0012).
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import chdb from 'chdb';
import { openClickHouseFront } from './clickhouse-front.mjs';

const [folder, port] = process.argv.slice(2);
const directory = join(folder, 'data');
mkdirSync(directory, { recursive: true });
const session = new chdb.Session(directory);
const run = async (sql, format) => (await session.queryAsync(sql, { format })).bytes();
const front = await openClickHouseFront({ run }, { port: Number(port) });
process.stdout.write(`${front.url} serves ${directory}\n`);

process.once('SIGTERM', async () => {
  await front.close();
  session.close();
});
