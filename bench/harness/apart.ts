import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('./apart-entry.ts', import.meta.url));

export interface Apart {
  /** Whose exported `measure` is called with the order; both are passed on as JSON. */
  readonly module: URL;
  readonly order: unknown;
  readonly nodeFlags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Measures in a process of its own: what V8 has compiled for one case, and the heap that it left, must not count for the next.
 * Rejects when the process ends without an answer.
 */
export function measureApart<Found>({
  module,
  order,
  nodeFlags = [],
  env = process.env,
}: Apart): Promise<Found> {
  return new Promise((resolve, reject) => {
    const child = fork(entry, [module.href, JSON.stringify(order)], {
      execArgv: ['--import', 'tsx', ...nodeFlags],
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let found: Found | undefined;
    child.on('message', (message) => {
      // `measure` of the module says what it returns; the caller names that type.
      found = message as Found;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (found === undefined || code !== 0)
        reject(new Error(`${module.pathname} ended with ${signal ?? code}`));
      else resolve(found);
    });
  });
}
