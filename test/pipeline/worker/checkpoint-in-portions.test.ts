import { afterEach, expect, test } from 'vitest';
import { GraphRunner } from '../../../pipeline/worker/graph-runner.ts';
import { topics } from '../../../schemas/topics.ts';
import { type Order, puppetGraph } from '../../support/puppet.ts';
import { type ShardBench, shardBench } from '../../support/shard-bench.ts';

const put = (key: string, value = key) => ({ kind: 'put', key, value });

let bench: ShardBench;
let runner: GraphRunner<Order> | null = null;
afterEach(async () => {
  runner?.drop();
  await bench.broker.close();
});

async function start(): Promise<void> {
  bench = await shardBench({ settings: { rowsEncodedAtOnce: 2, snapshotEveryMs: 1 } });
  const onFailure = (error: Error) => expect.fail(String(error));
  runner = new GraphRunner({
    graph: puppetGraph(),
    around: bench.around,
    prepare: async () => {},
    onFailure,
  });
  await runner.start();
  await bench.broker.idle();
}

const feed = async (...orders: readonly unknown[]) => {
  await bench.feed(0, ...orders);
  await bench.broker.idle();
};
const pass = async (ms: number) => {
  bench.clock.advanceTo(bench.clock.now() + ms);
  await new Promise((resolve) => setImmediate(resolve));
  await bench.broker.idle();
};
const stored = () => {
  const { checkpoint, tables } = bench.state.snapshot().shards.get('puppet/0') ?? {};
  const rows = [...(tables?.get('puppet.rows') ?? [])];
  return { offset: checkpoint?.offset, rows: new Map(rows.map(([key, value]) => [key, textOf(value)])) };
};
/** Avro: the length, then the text. */
const textOf = (value: Uint8Array) => Buffer.from(value.subarray(1)).toString();
const pieces = () => bench.sent.filter(({ topic }) => topic === topics.snapshots.name).length;

test('batches go on while rows wait to be encoded, and what they change is not in the checkpoint', async () => {
  await start();
  await feed(put('a'), put('b'), put('c'), put('d'));
  await feed(put('d', 'newer'), put('e'));
  expect(runner?.shards[0]?.position).toBe(6);
  expect(stored().offset).toBe(0);
  await pass(10);
  await pass(10);
  expect(stored()).toEqual({ offset: 4, rows: new Map([...'abcd'].map((key) => [key, key])) });
  await feed(put('f'));
  await pass(10);
  await pass(10);
  expect(stored().offset).toBe(7);
  expect(stored().rows.get('d')).toBe('newer');
});

test('a snapshot waits for them: what it swept meanwhile would be newer than what is laid over it', async () => {
  await start();
  const before = pieces();
  await feed(put('a'), put('b'), put('c'), put('d'));
  await pass(2);
  await feed(put('d', 'newer'));
  expect(pieces()).toBe(before);
  await pass(10);
  await pass(10);
  await feed(put('e'));
  expect(pieces()).toBeGreaterThan(before);
});
