import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ClickHouseFront } from '../../support/clickhouse-front.ts';
import { WorkerProcess } from '../../support/worker-process.ts';
import { ChdbBench, chdbMissing } from '../warehouse/chdb-bench.ts';

const names = (prefix: string): readonly string[] => Array.from({ length: 5 }, (_, n) => `${prefix}-${n}`);

/** A worker of all graphs on an embedded log, whose ClickHouse is over HTTP. */
function workerOn(clickHouse: string): WorkerProcess {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-refusing-'));
  const sink = '{ flushMs: 20, retryMinMs: 20, retryMaxMs: 100 }';
  writeFileSync(
    join(folder, 'tocsin.yaml'),
    `warehouse: { engine: clickhouse, url: "${clickHouse}", database: tocsin, sink: ${sink} }\n`,
  );
  const worker = new WorkerProcess(folder);
  onTestFinished(async () => {
    await worker.end('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  return worker;
}

test.skipIf(chdbMissing !== null)(
  `a ClickHouse that refuses keeps no alert from being told, and has each row once when that is mended ${chdbMissing ?? ''}`,
  async () => {
    const bench = await ChdbBench.open();
    onTestFinished(() => bench.close());
    const front = await ClickHouseFront.open(bench.connected);
    onTestFinished(() => front.close());
    const tables = bench.warehouse('tocsin');
    await tables.migrate();
    const worker = workerOn(front.url);
    const url = await worker.url();
    const tell = async (prefix: string): Promise<void> => {
      for (const name of names(prefix))
        await fetch(`${url}/v1/alerts`, { method: 'POST', body: JSON.stringify({ name }) });
      await worker.until(() => names(prefix).every((name) => told().includes(name)) || undefined);
    };
    const told = (): readonly string[] => worker.printed.map((line) => JSON.parse(line).name);

    await tables.command('RENAME TABLE {db}.alerts TO {db}.elsewhere');
    await tell('first');
    await worker.until(() => worker.logged.find(({ code }) => code === 'warehouse-refused'));
    await tell('second');
    const ready = await fetch(`${url}/readyz?verbose`);
    expect([ready.status, await ready.text()]).toEqual([
      200,
      expect.stringMatching(/\[-\]warehouse flow: .*insert into alerts: .*\(ready without it\)/),
    ]);
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
      /tocsin_troubles_total\{code="warehouse-refused"\} [1-9]/,
    );

    await tables.command('RENAME TABLE {db}.elsewhere TO {db}.alerts');
    await tell('third');
    expect(await worker.end('SIGTERM')).toBe(0);
    const stored = await tables.query<{ name: string }>('SELECT name FROM {db}.alerts');
    expect(stored.map(({ name }) => name).sort()).toEqual([...told()].sort());
    expect(worker.logged.map(({ code }) => code)).not.toContain('failed');
  },
  60_000,
);
