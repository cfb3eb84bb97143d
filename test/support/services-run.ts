import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
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
  for (const pid of runsOf(folder)) if (!isAlive(pid)) takeDown(stateOf(pid));
  process.env[stateVariable] = stateOf(process.pid);
  return () => takeDown(stateOf(process.pid));
}

function stateOf(pid: number): string {
  return `${folder}test-services-${pid}.json`;
}

function runsOf(parent: string): number[] {
  try {
    return readdirSync(parent).flatMap((name) => {
      const pid = /^test-services-(\d+)\.json$/.exec(name)?.[1];
      return pid === undefined ? [] : [Number(pid)];
    });
  } catch {
    return [];
  }
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
  });
}
