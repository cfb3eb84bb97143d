import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../pipeline/config/index.ts';
import { type ReplayOptions, replay } from '../../../pipeline/replay/index.ts';
import {
  MemoryWarehouse,
  openWarehouse,
  type Warehouse,
  WarehouseConfig,
} from '../../../pipeline/warehouse/index.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { call, folderWith } from '../cli/calling.ts';
import { chdbMissing } from '../warehouse/chdb-bench.ts';

const noon = Date.UTC(2026, 0, 1, 12);

/** An hour of forty alerts that repeat. */
const hour = Array.from({ length: 2_000 }, (_, index) =>
  JSON.stringify({
    name: `Alert ${index % 8}`,
    labels: { host: `h-${index % 5}` },
    observedAt: new Date(noon + index * 1_800).toISOString(),
  }),
).join('\n');

/** Replays the hour into a store, with batches of `batchRows`. */
async function replayInto(store: Warehouse, over: Partial<ReplayOptions> = {}, batchRows = 10_000) {
  const config = await loadConfig({ env: {}, readFile: () => Buffer.alloc(0) });
  const path = join(folderWith({ 'hour.ndjson': hour }), 'hour.ndjson');
  const sink = { ...config.warehouse.sink, batchRows, flushMs: 3_600_000, retryMinMs: 1 };
  return replay({
    operators: config,
    settings: config.worker,
    graphs: ['reduce', 'relate', 'warehouse'],
    ...{ rawPartitions: 2, reducedPartitions: 2, tickMs: 10_000 },
    files: [{ name: 'hour.ndjson', path }],
    format: 'auto',
    say: () => {},
    warehouse: { store, config: sink },
    ...over,
  });
}

/** Alerts that decisions account for: all that entered, when everything is stored once. */
const decisionsIn = (store: MemoryWarehouse) => store.summary().decisions.rows;

describe('a replay with a warehouse', () => {
  test.each([10_000, 7])('has stored everything when it is over, in batches of %i', async (batchRows) => {
    const [small, large] = [new MemoryWarehouse(), new MemoryWarehouse()];
    await replayInto(small, {}, batchRows);
    await replayInto(large);
    expect(small.summary()).toEqual(large.summary());
    expect(decisionsIn(small)).toBeGreaterThan(0);
  });

  test('goes on when the warehouse takes something only at the third attempt, and tells of it', async () => {
    const store = new MemoryWarehouse();
    const whole = new MemoryWarehouse();
    const insert = store.insert.bind(store);
    const tried = new Map<string, number>();
    store.insert = async (rows) => {
      const attempt = (tried.get(rows.token) ?? 0) + 1;
      tried.set(rows.token, attempt);
      if (attempt < 3) throw new TocsinError('warehouse.unavailable', 'a moment, please');
      await insert(rows);
    };
    const told: string[] = [];
    const summary = await replayInto(store, { onRetry: (detail) => told.push(detail) });
    await replayInto(whole);
    expect(summary?.alerts).toBe(2_000);
    expect(store.summary()).toEqual(whole.summary());
    expect(told).toHaveLength(2 * tried.size);
    expect(told[0]).toMatch(/^\S+\/\d: insert failed \(attempt 1, next in 1 ms\): .*a moment, please/);
  });

  test('ends with what the warehouse refuses for good', async () => {
    const store = new MemoryWarehouse();
    store.insert = () => Promise.reject(new TocsinError('warehouse.refused', 'no such table'));
    await expect(replayInto(store)).rejects.toMatchObject({ code: 'warehouse.refused' });
  });
});

describe.skipIf(chdbMissing !== null)(`tocsin replay --warehouse ${chdbMissing ?? ''}`, () => {
  test('leaves a row in ClickHouse for each output', async () => {
    const warehouse = join(folderWith({}), 'warehouse');
    const out = folderWith({});
    const files = { 'tocsin.yaml': `warehouse: { path: ${warehouse} }\n`, 'hour.ndjson': hour };
    const called = await call(['replay', 'hour.ndjson', '--warehouse', '--out', out], { files });
    expect(called.exitCode).toBe(0);

    const store = await openWarehouse(WarehouseConfig.parse({ engine: 'chdb', path: warehouse }), () => {});
    const [alerts] = await store.query<{ n: number }>('SELECT count() AS n FROM tocsin.alerts');
    const [decisions] = await store.query<{ n: number; alerts: number }>(
      "SELECT count() AS n, sumIf(count, outcome != 'noted') AS alerts FROM tocsin.decisions",
    );
    await store.close();
    expect(alerts?.n).toBe(linesIn(out, 'alerts.enriched.v1') + linesIn(out, 'alerts.suppressed.v1'));
    expect(decisions).toEqual({ n: linesIn(out, 'decisions.v1'), alerts: 2_000 });
  });
});

describe.skipIf(chdbMissing !== null)(`two replays into one folder ${chdbMissing ?? ''}`, () => {
  test('store what each of them says, though their logs have the same names and offsets', async () => {
    const warehouse = join(folderWith({}), 'warehouse');
    for (const name of ['Disk', 'Net']) {
      const alerts = [1, 2].map((n) => JSON.stringify({ name: `${name}${n}`, observedAt: noon }));
      const files = {
        'tocsin.yaml': `warehouse: { path: ${warehouse} }\n`,
        'a.ndjson': `${alerts.join('\n')}\n`,
      };
      expect((await call(['replay', 'a.ndjson', '--warehouse'], { files })).exitCode).toBe(0);
    }
    const store = await openWarehouse(WarehouseConfig.parse({ engine: 'chdb', path: warehouse }), () => {});
    const names = await store.query<{ name: string }>(
      'SELECT DISTINCT name FROM tocsin.alerts ORDER BY name',
    );
    await store.close();
    expect(names.map(({ name }) => name)).toEqual(['Disk1', 'Disk2', 'Net1', 'Net2']);
  });
});

function linesIn(folder: string, topic: string): number {
  return readFileSync(join(folder, `${topic}.ndjson`), 'utf8').split('\n').length - 1;
}
