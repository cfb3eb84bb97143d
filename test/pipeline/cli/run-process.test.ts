import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openWarehouse, WarehouseConfig } from '../../../pipeline/warehouse/index.ts';
import { chdbMissing } from '../warehouse/chdb-bench.ts';
import { folderWith } from './calling.ts';

const launcher = fileURLToPath(new URL('../../../pipeline/cli/tocsin.mjs', import.meta.url));

function start(argv: readonly string[], cwd: string): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [launcher, 'run', ...argv], { cwd });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test.skipIf(chdbMissing !== null)(
  'reads alerts from a pipe and stores what came of them, though chdb would take the pipe for its own',
  async () => {
    const folder = folderWith({});
    const child = start(
      ['--stdin', '--listen', 'off', '--print', 'alerts.enriched.v1,alerts.suppressed.v1'],
      folder,
    );
    const alerts = Array.from({ length: 300 }, (_, index) =>
      JSON.stringify({ name: 'DiskFull', labels: { host: `h-${index}` } }),
    );
    child.stdin.end(alerts.join('\n'));
    const [out, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect(exitCode).toBe(0);
    const printed = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    expect(printed.length).toBeGreaterThanOrEqual(300);

    const config = WarehouseConfig.parse({ engine: 'chdb', path: join(folder, '.tocsin/warehouse') });
    const warehouse = await openWarehouse(config, () => {});
    onTestFinished(() => warehouse.close());
    const stored = await warehouse.query<{ id: string }>('SELECT id FROM tocsin.alerts');
    expect(stored.map(({ id }) => id).sort()).toEqual(printed.sort());
  },
);

describe.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s', (signal) => {
  test('ends a worker in order, with data alone on stdout and JSON alone on stderr', async () => {
    const child = start(['--listen', '127.0.0.1:0', '--graphs', 'reduce,relate'], folderWith({}));
    const logged: Record<string, unknown>[] = [];
    const started = new Promise<string>((resolve) => {
      createInterface({ input: child.stderr }).on('line', (line) => {
        logged.push(JSON.parse(line));
        if (logged.at(-1)?.['code'] === 'started') resolve(String(logged[0]?.['url']));
      });
    });
    await fetch(`${await started}/v1/alerts`, { method: 'POST', body: '{"name":"DiskFull"}' });
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    expect(JSON.parse(String(line))).toMatchObject({ name: 'DiskFull' });
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(logged.map(({ code }) => code)).toEqual(['listening', 'started', 'stopped']);
  });
});
