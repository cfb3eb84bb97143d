import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { chdbMissing } from './chdb-bench.ts';
import { alertRowOf } from './values.ts';

/** Stores two rows in a process of its own, says what is in the table, and then what it finds on its stdin. */
const child = `
  const [, door, path, rows, isStdinRead] = process.argv;
  const { openWarehouse, WarehouseConfig } = await import(door);
  const warehouse = await openWarehouse(WarehouseConfig.parse({ engine: 'chdb', path }), console.error);
  await warehouse.insert({ table: 'alerts', rows: JSON.parse(rows), token: 'a' });
  const ids = await warehouse.query('SELECT id FROM {db}.alerts ORDER BY id');
  const steps = await warehouse.query('SELECT version FROM {db}.schema_migrations');
  await warehouse.close();
  let stdin = '';
  if (isStdinRead === 'true') for await (const bytes of process.stdin) stdin += bytes;
  console.log(JSON.stringify({ ids: ids.map(({ id }) => id), steps: steps.length, stdin }));`;

const rows = [alertRowOf({ id: 'one' }), alertRowOf({ id: 'two' })];
/** What the engine would take for one more row, and store: a row of the same table. */
const oneMoreRow = `${JSON.stringify(Object.values(alertRowOf({ id: 'not ours' })))}\n`;

describe.skipIf(chdbMissing !== null)(`the stdin of a process with chdb ${chdbMissing ?? ''}`, () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tocsin-stdin-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** `stdin` is written and ended; null leaves it open, with nothing in it. */
  async function store(stdin: string | null): Promise<unknown> {
    const door = new URL('../../../pipeline/warehouse/index.ts', import.meta.url).href;
    const argv = ['--import', 'tsx', '--input-type=module', '-e', child];
    const facts = [door, directory, JSON.stringify(rows), String(stdin !== null)];
    const started = spawn(process.execPath, [...argv, ...facts], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void started.kill());
    if (stdin !== null) started.stdin.end(stdin);
    return JSON.parse(await text(started.stdout));
  }

  test.each<[string, string]>([
    ['rows that would fit', oneMoreRow],
    ['what is no row at all', 'garbage\n{"x":'],
    ['nothing', ''],
  ])('is left alone when it holds %s', async (_name, stdin) => {
    expect(await store(stdin)).toEqual({ ids: ['one', 'two'], steps: 3, stdin });
  });

  test('is not waited for when it stays open', async () => {
    expect(await store(null)).toEqual({ ids: ['one', 'two'], steps: 3, stdin: '' });
  });
});
