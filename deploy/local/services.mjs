#!/usr/bin/env node
// Starts a real Kafka, Redis, schema registry and ClickHouse engine on free ports of this machine, without Docker and
// without root.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { down, killAll, restart, services, signal, up } from './lifecycle.mjs';
import { isRunning } from './processes.mjs';
import { readState, withLock } from './state-file.mjs';

const usage = `usage: npm run services -- COMMAND [NAMES…] [--brokers N] [--state FILE] [--purge]

  up        starts what does not run (all, or the ones named); a process that died comes back with its port and data
  down      stops them by pid and removes their data; the logs stay
  status    what runs where
  env       the addresses as shell variables: eval "$(npm run --silent services -- env)"

  restart   ends and starts the ones named, with their ports and data
  kill      as kill -9; up brings them back
  pause     stops them in their tracks, connections open (SIGSTOP)
  resume    lets them go on

  NAMES         ${services.join(', ')}; also one process, except for down: kafka-2
  --brokers N   brokers of a new Kafka, 1 or 3 (replication 3); default 1
  --state FILE  where the state is kept, default .tocsin/services.json
  --purge       down: remove the logs too
`;

/** Do nothing to what is not named. */
const needsNames = ['restart', 'kill', 'pause', 'resume'];

function commandsOn(file, names, { brokers, purge }) {
  const locked = (act) => async () => describe(file, await withLock(file, act));
  const all = names.length === 0 ? services : names;
  return {
    up: locked(() => up(file, all, { brokers: Number(brokers) })),
    down: async () => toldEnd(file, await withLock(file, () => down(file, all, { purge }))),
    restart: locked(() => restart(file, names)),
    kill: locked(() => killAll(file, names)),
    pause: locked(() => signal(file, names, 'SIGSTOP')),
    resume: locked(() => signal(file, names, 'SIGCONT')),
    status: () => describe(file, readState(file)),
    env: () => shellLines(readState(file)),
  };
}

function toldEnd(file, { ended, ...state }) {
  const isEmpty = state.processes.length === 0;
  if (ended.length === 0) return `nothing to stop\n${isEmpty ? '' : describe(file, state)}`;
  return `stopped ${ended.join(', ')}\n${describe(file, state)}`;
}

function describe(file, state) {
  if (state.processes.length === 0) return `nothing runs (state: ${file})\n`;
  const lines = state.processes.map(({ name, pid, port, mark, log }) => {
    const condition = isRunning(pid, mark) ? `pid ${pid}` : 'has died';
    return [name.padEnd(10), condition.padEnd(12), `port ${port}`, log].join('  ');
  });
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
  const [command = '', ...names] = positionals;
  const file = values.state ?? fileURLToPath(new URL('../../.tocsin/services.json', import.meta.url));
  // Of a service that lost one of its processes, nothing would be left to bring back.
  const serviceOf = (name) => (command === 'down' ? name : name.replace(/-\d+$/, ''));
  const run = Object.entries(commandsOn(file, names, values)).find(([name]) => name === command)?.[1];
  const isMisused =
    run === undefined ||
    !names.every((name) => services.includes(serviceOf(name))) ||
    !['1', '3'].includes(values.brokers) ||
    (needsNames.includes(command) && names.length === 0);
  if (isMisused) throw new Error(usage);
  process.stdout.write(await run());
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
