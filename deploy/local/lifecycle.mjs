// What the commands of the launcher do to the processes in a state file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareClickHouse } from './clickhouse.mjs';
import { prepareKafka } from './kafka.mjs';
import { isRunning, kill, startDetached, stop, untilListening } from './processes.mjs';
import { prepareRedis } from './redis.mjs';
import { prepareRegistry } from './registry.mjs';
import { readState, writeState } from './state-file.mjs';

/** Each fetches what is missing, or says what cannot be had, and returns what plans the processes in a folder. */
const preparations = {
  kafka: prepareKafka,
  redis: prepareRedis,
  registry: prepareRegistry,
  clickhouse: prepareClickHouse,
};

export const services = Object.keys(preparations);

/** The variables that say where a service is. */
const variables = {
  kafka: ['KAFKA_BROKERS', 'KAFKA_SASL_BROKERS', 'KAFKA_TLS_BROKERS', 'KAFKA_TLS_CA'],
  redis: ['REDIS_URL'],
  registry: ['SCHEMA_REGISTRY_URL'],
  clickhouse: ['CLICKHOUSE_URL'],
};

/** How long a process may take to end by itself. Kafka needs a second or two to close its logs. */
const graceMs = 15_000;

/** Starts what does not run; what died comes back with its port and data. */
export async function up(file, names, options) {
  const state = readState(file);
  for (const service of names.filter((name) => services.includes(name))) {
    if (state.processes.some((one) => one.service === service)) continue;
    const makePlan = await preparations[service]();
    state.root ??= mkdtempSync(join(tmpdir(), 'tocsin-services-'));
    const planned = await makePlan(state.root, options);
    state.processes.push(...planned.processes);
    Object.assign(state.env, planned.env);
  }
  await start(file, state, named(state, names));
  return state;
}

/** Stops processes and removes their data; `ended` names them. */
export async function down(file, names, { purge }) {
  const state = readState(file);
  const going = state.processes.filter(({ service }) => names.includes(service));
  await Promise.all(going.map((one) => stop(one, graceMs)));
  for (const { name, service } of going) {
    rmSync(join(state.root, name), { recursive: true, force: true });
    for (const variable of variables[service]) delete state.env[variable];
  }
  state.processes = state.processes.filter((one) => !going.includes(one));
  writeState(file, state);
  if (purge && state.processes.length === 0 && state.root !== null)
    rmSync(state.root, { recursive: true, force: true });
  return { ...state, ended: going.map(({ name }) => name) };
}

/** Ends processes in order and starts them again, one after another, with the ports and data they had. */
export async function restart(file, names) {
  const state = readState(file);
  for (const one of named(state, names)) {
    await stop(one, graceMs);
    await start(file, state, [one]);
  }
  return state;
}

/** As `kill -9`; returns when they are gone. `up` brings them back. */
export async function killAll(file, names) {
  const state = readState(file);
  await Promise.all(named(state, names).map(kill));
  return state;
}

/** Stops them in their tracks (SIGSTOP), with their connections open, or lets them go on (SIGCONT). */
export function signal(file, names, what) {
  const state = readState(file);
  for (const { pid, mark } of named(state, names)) if (isRunning(pid, mark)) process.kill(pid, what);
  return state;
}

async function start(file, state, processes) {
  for (const one of processes) {
    if (isRunning(one.pid, one.mark)) continue;
    one.pid = await startDetached(one);
    // Written at once: whatever happens next, `down` finds it.
    writeState(file, state);
  }
  for (const one of processes) await untilListening(one, one.readyMs);
}

/** The processes of a service, or the one with this name: `kafka` is every broker, `kafka-2` the second. */
function named({ processes }, names) {
  const found = processes.filter(({ name, service }) => names.includes(name) || names.includes(service));
  const isKnown = (name) => found.some((one) => [one.name, one.service].includes(name));
  const unknown = names.filter((name) => !isKnown(name));
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')} was not started here`);
  return found;
}
