import { relative } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';

/**
 * A set-up file of every test file: what hangs becomes a failure with its name. Vitest's own time limits cannot end a
 * file that blocks its thread, or that waits while it is loaded (for a service, say).
 */
const limitMs = Number(process.env['TOCSIN_TEST_HANG_MS'] ?? 300_000);

const watchdog = new Worker(new URL('./watchdog-thread.mjs', import.meta.url), {
  workerData: { limitMs },
  execArgv: [],
});
watchdog.unref();

const file = relative(process.cwd(), expect.getState().testPath ?? 'a file');
const say = (doing: string): void => watchdog.postMessage(`${file}: ${doing}`);

say('before its first test');
beforeEach(({ task }) => say(task.name));
afterEach(({ task }) => say(`after ${task.name}`));
afterAll(() => say('after its last test'));
