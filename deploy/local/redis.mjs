// A Redis that keeps what it has been told over a restart, from the binaries of the embedded-redis jar.
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraries } from './libraries.mjs';
import { freePorts } from './processes.mjs';

const architectures = { x64: 'amd64', arm64: 'arm64' };

export async function prepareRedis() {
  const command = await redisBinary();
  return (root) => planRedis(root, command);
}

/** Writes its config; returns its process, not started. */
async function planRedis(root, command) {
  const [port] = await freePorts(1);
  const folder = join(root, 'redis');
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'redis.conf');
  writeFileSync(config, configOf(port, folder));
  const one = {
    name: 'redis',
    service: 'redis',
    port,
    command,
    args: [config],
    mark: config,
    log: join(root, 'logs', 'redis.log'),
    readyMs: 10_000,
  };
  return { processes: [one], env: { REDIS_URL: `redis://127.0.0.1:${port}` } };
}

function configOf(port, folder) {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir ${folder}`,
    'save ""',
    'appendonly yes',
    'appendfsync everysec',
    // State must never be thrown away to make room.
    'maxmemory-policy noeviction',
    // Its command line stays as it was started, so that it can be found again by it.
    'set-proc-title no',
    '',
  ].join('\n');
}

/** The path of a Redis server for this machine. */
export async function redisBinary() {
  const folder = await libraries('redis');
  const system = `${process.platform}-${architectures[process.arch]}`;
  const file = readdirSync(folder).find((name) => name.startsWith('redis-server-') && name.endsWith(system));
  if (file === undefined)
    throw new Error(`there is no Redis binary for ${system}: set REDIS_URL to a server`);
  chmodSync(join(folder, file), 0o755);
  return join(folder, file);
}
