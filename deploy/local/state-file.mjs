// What runs, in a JSON file: { root, env, processes }. One command at a time changes it.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pause } from './processes.mjs';

const nothing = { root: null, env: {}, processes: [] };

export function readState(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return structuredClone(nothing);
    throw new Error(`${file} cannot be read: ${error.message}`);
  }
}

/** Replaces the file in one step; a state without processes is no file. */
export function writeState(file, state) {
  if (state.processes.length === 0) return rmSync(file, { force: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** Runs `act` while nobody else holds the file's lock. The lock of a process that has died does not count. */
export async function withLock(file, act) {
  const lock = `${file}.lock`;
  mkdirSync(dirname(file), { recursive: true });
  const deadline = Date.now() + patienceMs;
  while (!takeLock(lock)) {
    if (Date.now() > deadline) throw new Error(`another command holds ${lock}, or its process number does`);
    await pause(100);
  }
  try {
    return await act();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Longer than a first download takes. */
const patienceMs = 600_000;

function takeLock(lock) {
  try {
    mkdirSync(lock);
    writeFileSync(join(lock, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isHolderDead(lock)) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function isHolderDead(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH' || (error.code === 'ENOENT' && isOlderThan(lock, 10_000));
  }
}

/** A lock without a pid has just been taken; one that stays without it is of a process that died in between. */
function isOlderThan(lock, ageMs) {
  try {
    return Date.now() - statSync(lock).mtimeMs > ageMs;
  } catch {
    return false;
  }
}
