#!/usr/bin/env node
// Starts a real Kafka, Redis and schema registry on free ports of this machine, without Docker and without root.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepareKafka } from './kafka.mjs';
import { isRunning, startDetached, stop, untilListening } from './processes.mjs';
import { prepareRedis } from './redis.mjs';
import { prepareRegistry } from './registry.mjs';
import { readState, withLock, writeState } from './state-file.mjs';

const usage = `usage: npm run services -- up|down|status|env [kafka] [redis] [registry] [--brokers N] [--state FILE] [--purge]

  up      starts what does not run (all, or the ones named); a process that died comes back with its port and data
  down    stops them by pid and removes their data; the logs stay
  status  what runs where
  env     the addresses as shell variables: eval "$(npm run --silent services -- env)"

  --brokers N   brokers of a new Kafka, 1 or 3 (replication 3); default 1
  --state FILE  where the state is kept, default .tocsin/services.json
  --purge       down: remove the logs too
`;

/** Each fetches what is missing, or says what cannot be had, and returns what plans the processes in a folder. */
const preparations = { kafka: prepareKafka, redis: prepareRedis, registry: prepareRegistry };

/** How long a process may take to end by itself. Kafka needs a second or two to close its logs. */
const graceMs = 15_000;

async function up(file, services, options) {
  const state = readState(file);
  for (const service of services) {
    if (state.processes.some((one) => one.service === service)) continue;
    const makePlan = await preparations[service]();
    state.root ??= mkdtempSync(join(tmpdir(), 'tocsin-services-'));
    const planned = await makePlan(state.root, options);
    state.processes.push(...planned.processes);
    Object.assign(state.env, planned.env);
  }
  const mine = state.processes.filter(({ service }) => services.includes(service));
  for (const one of mine) {
    if (isRunning(one.pid, one.mark)) continue;
    one.pid = await startDetached(one);
    // Written at once: whatever happens next, `down` finds it.
    writeState(file, state);
  }
  for (const one of mine) await untilListening(one, one.readyMs);
  return state;
}

async function down(file, services, { purge }) {
  const state = readState(file);
  const isGoing = ({ service }) => services.includes(service);
  await Promise.all(state.processes.filter(isGoing).map((one) => stop(one, graceMs)));
  for (const { name } of state.processes.filter(isGoing)) {
    rmSync(join(state.root, name), { recursive: true, force: true });
  }
  state.processes = state.processes.filter((one) => !isGoing(one));
  if (!state.processes.some(({ service }) => service === 'kafka')) delete state.env.KAFKA_BROKERS;
  if (!state.processes.some(({ service }) => service === 'redis')) delete state.env.REDIS_URL;
  if (!state.processes.some(({ service }) => service === 'registry')) delete state.env.SCHEMA_REGISTRY_URL;
  writeState(file, state);
  if (purge && state.processes.length === 0 && state.root !== null)
    rmSync(state.root, { recursive: true, force: true });
  return state;
}

function describe(file, state) {
  if (state.processes.length === 0) return 'nothing runs\n';
  const lines = state.processes.map(({ name, pid, port, mark, log }) =>
    [name.padEnd(9), (isRunning(pid, mark) ? `pid ${pid}` : 'has died').padEnd(12), `port ${port}`, log].join(
      '  ',
    ),
  );
  return `${[...lines, '', shellLines(state).trimEnd(), `state: ${file}`].join('\n')}\n`;
}

function shellLines({ env }) {
  return Object.entries(env)
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join('');
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      brokers: { type: 'string', default: '1' },
      state: { type: 'string' },
      purge: { type: 'boolean', default: false },
    },
  });
  const [command, ...named] = positionals;
  const file = values.state ?? fileURLToPath(new URL('../../.tocsin/services.json', import.meta.url));
  const services = named.length === 0 ? Object.keys(preparations) : named;
  const brokers = Number(values.brokers);
  const isKnown = services.every((service) => service in preparations) && [1, 3].includes(brokers);
  const commands = {
    up: async () => describe(file, await withLock(file, () => up(file, services, { brokers }))),
    down: async () => describe(file, await withLock(file, () => down(file, services, values))),
    status: () => describe(file, readState(file)),
    env: () => shellLines(readState(file)),
  };
  if (!isKnown || !(command in commands)) throw new Error(usage);
  process.stdout.write(await commands[command]());
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
