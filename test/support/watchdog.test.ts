import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';

const thread = new URL('./watchdog-thread.mjs', import.meta.url).href;

/** Says what it does, and then does it for ever. */
const child = `
  import { Worker } from 'node:worker_threads';
  const watchdog = new Worker(new URL('${thread}'), { workerData: { limitMs: 100 }, execArgv: [] });
  watchdog.postMessage('something that ends');
  watchdog.postMessage('a test that blocks its thread');
  for (;;);`;

test('a file that blocks its thread is named, and its process ends', async () => {
  const hanging = spawn(process.execPath, ['--input-type=module', '-e', child], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void hanging.kill('SIGKILL'));
  const [said, [, signal]] = await Promise.all([text(hanging.stderr), once(hanging, 'exit')]);
  expect(signal).toBe('SIGKILL');
  expect(said).toBe('\nHANGS: a test that blocks its thread: nothing has ended for 0.1 s\n');
});
