import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ConfigTree } from '../../pipeline/config/index.ts';
import { type ReplayOptions, replay } from '../../pipeline/replay/index.ts';
import {
  type Insert,
  MemoryWarehouse,
  openWarehouse,
  SinkConfig,
  type Warehouse,
  WarehouseConfig,
} from '../../pipeline/warehouse/index.ts';
import { call, folderWith } from '../pipeline/cli/calling.ts';
import { chdbMissing } from '../pipeline/warehouse/chdb-bench.ts';
import { noon, shapesNdjson } from './every-shape.ts';
import { readWritten, replayFiles, type Written } from './replaying.ts';

/** Rows that should be stored, by table: the lines of the output files. */
function rowsWritten({ enriched, suppressed, incidents, aggregates, decisions }: Written) {
  return {
    alerts: enriched.length + suppressed.length,
    incidents: incidents.length,
    aggregates_1m: aggregates.length,
    decisions: decisions.length,
  };
}

/** Replays the shapes, or many alerts, into a store; returns what was written beside it. */
async function replayInto(store: Warehouse, sink: object = {}, lines = shapesNdjson): Promise<Written> {
  const folder = folderWith({ 'a.ndjson': lines });
  const operators = ConfigTree.parse({});
  const options: ReplayOptions = {
    operators,
    settings: operators.worker,
    graphs: ['reduce', 'relate', 'warehouse'],
    files: [{ name: 'a.ndjson', path: join(folder, 'a.ndjson') }],
    format: 'auto',
    rawPartitions: 2,
    reducedPartitions: 2,
    tickMs: 10_000,
    out: join(folder, 'out'),
    say: () => {},
    warehouse: { store, config: SinkConfig.parse({ flushMs: 3_600_000, ...sink }) },
  };
  await replay(options);
  return readWritten(join(folder, 'out'));
}

/** Takes its time, as an engine on another thread does. */
class SlowWarehouse extends MemoryWarehouse {
  inserts = 0;

  override async insert(insert: Insert): Promise<void> {
    this.inserts += 1;
    await sleep(2);
    await super.insert(insert);
  }
}

const many = Array.from({ length: 400 }, (_, i) =>
  JSON.stringify({ name: `n${i % 150}`, observedAt: noon + i * 1_000 }),
).join('\n');

describe('what a replay writes is stored', () => {
  const counted = (store: MemoryWarehouse) => {
    const { alerts, incidents, aggregates_1m, decisions } = store.summary();
    return {
      alerts: alerts.rows,
      incidents: incidents.rows,
      aggregates_1m: aggregates_1m.rows,
      decisions: decisions.rows,
    };
  };

  test('row for row', async () => {
    const store = new MemoryWarehouse();
    const written = await replayInto(store);
    expect(counted(store)).toEqual(rowsWritten(written));
    expect(written.decisions.length).toBeGreaterThan(20);
  });

  test('when the warehouse is slower than the run, which waits for it', async () => {
    const store = new SlowWarehouse();
    const written = await replayInto(store, { batchRows: 5 }, many);
    expect(counted(store)).toEqual(rowsWritten(written));
    expect(store.inserts).toBeGreaterThan(50);
  });
});

const newest = (table: string) => (table === 'incidents' || table === 'aggregates_1m' ? ' FINAL' : '');

describe('tocsin replay --warehouse', () => {
  test('counts in memory where it is told to', async () => {
    const replayed = await replayFiles(
      { 'a.ndjson': shapesNdjson, 'tocsin.yaml': 'warehouse: { engine: memory }\n' },
      ['--warehouse'],
    );
    expect(replayed.summary.deadLettered).toBe(5);
  });

  test.skipIf(chdbMissing !== null)(`stores in chdb ${chdbMissing ?? ''}`, async () => {
    const path = join(folderWith({}), 'warehouse');
    const replayed = await replayFiles(
      { 'a.ndjson': shapesNdjson, 'tocsin.yaml': `warehouse: { engine: chdb, path: '${path}' }\n` },
      ['--warehouse'],
    );
    const store = await openWarehouse(WarehouseConfig.parse({ engine: 'chdb', path }), () => {});
    const stored: Record<string, number> = {};
    for (const table of Object.keys(rowsWritten(replayed))) {
      const [row] = await store.query<{ n: string }>(
        `SELECT count() AS n FROM tocsin.${table}${newest(table)}`,
      );
      stored[table] = Number(row?.n);
    }
    await store.close();
    // Of an incident and of a window the tables keep the newest revision.
    const incidents = new Set(replayed.incidents.map(({ id, generation }) => `${id}#${generation}`));
    const windows = new Set(
      replayed.aggregates.map((each) => `${each.name} ${each.service} ${each.severity} ${each.windowStart}`),
    );
    expect(stored).toEqual({
      ...rowsWritten(replayed),
      incidents: incidents.size,
      aggregates_1m: windows.size,
    });
  });
});

test('a replay does not store into the server that workers store into', async () => {
  const files = {
    'a.ndjson': shapesNdjson,
    'tocsin.yaml': 'warehouse: { engine: clickhouse, url: "http://127.0.0.1:1" }\n',
  };
  const { exitCode, stderr } = await call(['replay', 'a.ndjson', '--warehouse'], { files });
  expect(exitCode).toBe(64);
  expect(stderr).toContain('--warehouse stores in this process only');
});
