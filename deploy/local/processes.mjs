// Processes that outlive the command that started them: found again, and stopped, by pid and command line.
import { execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname } from 'node:path';

const loopback = '127.0.0.1';

/**
 * Where services listen: below the ports that systems give to outgoing connections. A client that keeps trying to reach a
 * server that is down would be given the server's own port in the end, connect to itself, and keep the server from
 * coming back. The bus of a Redis Cluster is 10,000 above.
 */
const portRange = [12_000, 22_000];

/** Ports that were free a moment ago, all different. */
export async function freePorts(count) {
  const found = new Set();
  while (found.size < count) {
    const port = randomInt(...portRange);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

/** Starts the process in a session of its own; its output goes to the end of `log`. Returns the pid. */
export async function startDetached({ command, args, log }) {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a');
  const child = spawn(command, args, { detached: true, stdio: ['ignore', output, output] });
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  }).finally(() => closeSync(output));
  child.unref();
  return child.pid;
}

/** Whether `pid` still is the process that was started with `mark` in its arguments: the system gives pids away again. */
export function isRunning(pid, mark) {
  if (pid === undefined) return false;
  try {
    const args = ['-ww', '-o', 'command=', '-p', String(pid)];
    return execFileSync('ps', args, { encoding: 'utf8' }).includes(mark);
  } catch (error) {
    // One that cannot be asked about must not count as dead: its data would go while it runs.
    if (error.code !== undefined) throw new Error(`ps cannot be run: ${error.message}`);
    return false;
  }
}

/** Resolves when something accepts connections on the port; rejects when the process ends or the time is over. */
export async function untilListening({ name, pid, port, mark, log }, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (!(await accepts(port))) {
    if (!isRunning(pid, mark)) throw new Error(`${name} ended at once\n${endOf(log)}`);
    if (Date.now() > deadline) throw new Error(`${name} does not listen on port ${port}\n${endOf(log)}`);
    await pause(100);
  }
}

/** Asks the process to end, and ends it when it has not after `graceMs`. */
export async function stop({ pid, mark }, graceMs) {
  if (!isRunning(pid, mark)) return;
  process.kill(pid, 'SIGTERM');
  // One that is paused would hear of it when it is resumed.
  process.kill(pid, 'SIGCONT');
  const deadline = Date.now() + graceMs;
  while (isRunning(pid, mark)) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    await pause(100);
  }
}

/** Ends the process without a word, and waits until it is gone. */
export async function kill({ pid, mark }) {
  if (!isRunning(pid, mark)) return;
  process.kill(pid, 'SIGKILL');
  while (isRunning(pid, mark)) await pause(20);
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function endOf(log) {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  return [`the end of ${log}:`, ...lines.slice(-12)].join('\n');
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, loopback, () => server.close(() => resolve(true)));
  });
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, loopback);
    const answer = (isOpen) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
