// ClickHouse's engine from the npm package chdb behind its HTTP interface, as a process of its own.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from './processes.mjs';

const server = fileURLToPath(new URL('./clickhouse-server.mjs', import.meta.url));

export async function prepareClickHouse() {
  try {
    await import('chdb');
  } catch (error) {
    const isMissing = error.code === 'ERR_MODULE_NOT_FOUND';
    const [reason] = isMissing ? ['the optional package chdb is not installed'] : error.message.split('\n');
    throw new Error(
      `there is no ClickHouse engine here: ${reason}; npm install chdb (Linux with glibc, or macOS), ` +
        'or leave it out: up kafka redis registry',
    );
  }
  return planClickHouse;
}

/** Returns its process, not started. */
async function planClickHouse(root) {
  const [port] = await freePorts(1);
  const folder = join(root, 'clickhouse');
  mkdirSync(folder, { recursive: true });
  const one = {
    name: 'clickhouse',
    service: 'clickhouse',
    port,
    command: process.execPath,
    args: [server, folder, String(port)],
    mark: folder,
    log: join(root, 'logs', 'clickhouse.log'),
    readyMs: 60_000,
  };
  return { processes: [one], env: { CLICKHOUSE_URL: `http://127.0.0.1:${port}` } };
}
