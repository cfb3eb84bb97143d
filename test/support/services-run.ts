import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The launcher of real services; plain JavaScript with a command line of its own. */
export const launcher = fileURLToPath(new URL('../../deploy/local/services.mjs', import.meta.url));

const folder = fileURLToPath(new URL('../../.tocsin/', import.meta.url));

/** Tells the test files of this run, which are processes of their own, where the state of its services is kept. */
export const stateVariable = 'TOCSIN_TEST_SERVICES_STATE';

/**
 * Global set-up of a test run. It starts nothing: the first file that asks for a service does. What was started is
 * stopped after the last file, and what a killed run left behind before the first.
 */
export function setup(): () => void {
  for (const { pid, state } of statesIn(folder)) if (!isAlive(pid)) takeDown(state);
  process.env[stateVariable] = `${folder}test-services-${process.pid}.json`;
  return () => {
    for (const { pid, state } of statesIn(folder)) if (pid === process.pid) takeDown(state);
  };
}

/** Where a suite keeps the state of services that are its own; stopped after the run if the suite could not. */
export function ownState(): string {
  const shared = process.env[stateVariable] ?? `${folder}test-services-${process.pid}.json`;
  return shared.replace(/\.json$/, `-${randomUUID()}.json`);
}

function statesIn(parent: string): { readonly pid: number; readonly state: string }[] {
  const names = existsSync(parent) ? readdirSync(parent) : [];
  return names.flatMap((name) => {
    const pid = /^test-services-(\d+)(?:-[\w-]+)?\.json$/.exec(name)?.[1];
    return pid === undefined ? [] : [{ pid: Number(pid), state: `${parent}${name}` }];
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function takeDown(state: string): void {
  execFileSync(process.execPath, [launcher, 'down', '--purge', '--state', state], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 120_000,
  });
}
