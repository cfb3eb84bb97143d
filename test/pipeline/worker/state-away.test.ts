import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GraphRunner } from '../../../pipeline/worker/graph-runner.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { topics } from '../../../schemas/topics.ts';
import { stateWith } from '../../support/overriding.ts';
import { type Order, puppetGraph, say } from '../../support/puppet.ts';
import { type ShardBench, shardBench } from '../../support/shard-bench.ts';

const put = (key: string) => ({ kind: 'put', key, value: key });
/** Says which rows the shard was restored with. */
const ask = (index: number) => ({ kind: 'control', index });

describe('while the state store takes nothing of partition 0', () => {
  let bench: ShardBench;
  let isAway: boolean;
  const failures: Error[] = [];
  const runners: GraphRunner<Order>[] = [];
  beforeEach(async () => {
    isAway = false;
    failures.length = 0;
    bench = await shardBench({
      settings: { maxChangedRows: 3, batchRecords: 2 },
      through: (ports) => ({
        ...ports,
        state: stateWith(ports.state, {
          commit: (lease, checkpoint) =>
            isAway && lease.shard.partition === 0
              ? Promise.reject(new TocsinError('state.unavailable', 'by a test'))
              : ports.state.commit(lease, checkpoint),
        }),
      }),
    });
  });
  afterEach(async () => {
    for (const runner of runners.splice(0)) runner.drop();
    await bench.broker.close();
  });

  /** Whatever can happen without time passing has happened; what waits for the store goes on waiting. */
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const start = async () => {
    const { around } = bench;
    const onFailure = (error: Error) => failures.push(error);
    const runner = new GraphRunner({ graph: puppetGraph(), around, prepare: async () => {}, onFailure });
    runners.push(runner);
    const started = runner.start();
    await turn();
    return { runner, started };
  };
  const feed = async (partition: number, ...orders: readonly unknown[]) => {
    await bench.feed(partition, ...orders);
    await turn();
  };
  const pass = async (...steps: readonly number[]) => {
    for (const ms of steps) {
      bench.clock.advanceTo(bench.clock.now() + ms);
      await turn();
    }
  };
  const said = () =>
    bench.sent
      .filter(({ topic }) => topic === topics.decisions.name)
      .map(({ value }) => codecs.decisions.decode(value ?? new Uint8Array(), 5))
      .map(({ origin, alertId }) => `${origin.shard}@${origin.offset} ${alertId}`);
  const running = (runner: GraphRunner<Order>) =>
    runner.shards.filter(({ isRunning }) => isRunning).map(({ place }) => place.partition);
  const positions = (runner: GraphRunner<Order>) => runner.shards.map(({ position }) => position);
  const stored = async (partition: number) =>
    (await bench.state.fence({ graph: 'puppet', partition })).checkpoint;

  describe('a shard whose changed rows reach maxChangedRows', () => {
    const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

    test('takes in no more, and says so; other partitions go on', async () => {
      const { runner } = await start();
      isAway = true;
      await feed(0, ...many.map(put));
      await feed(1, ...many.map(put), say('told'));
      // The rows of the first two records wait in a checkpoint; with four more, three are reached.
      expect(positions(runner)).toEqual([6, 9]);
      expect([said(), bench.troubles]).toEqual([['1@8 told'], ['state-away', 'shard-full']]);
      await pass(1_000, 10_000);
      expect([positions(runner), bench.troubles]).toEqual([
        [6, 9],
        ['state-away', 'shard-full'],
      ]);
    });

    test('goes on when the store is back, with nothing lost', async () => {
      const { runner } = await start();
      isAway = true;
      await feed(0, ...many.map(put), say('told'));
      isAway = false;
      await pass(1_000);
      expect([positions(runner), said(), failures]).toEqual([[9, 0], ['0@8 told'], []]);
      await runner.stop();
      expect(await stored(0)).toMatchObject({ offset: 9, isClean: true });
      await start();
      await feed(0, ask(0));
      expect(said()).toEqual(['0@8 told', `0@9 control 0 with ${many.join('+')} restored`]);
    });

    test('keeps no rebalance waiting: what was not stored is worked on again by others', async () => {
      const { runner } = await start();
      isAway = true;
      await feed(0, ...many.map(put));
      const other = await start();
      await runner.stop();
      isAway = false;
      await pass(1_000);
      expect(running(other.runner)).toEqual([0, 1]);
      await feed(0, ask(0));
      expect([said().length, positions(other.runner), failures]).toEqual([1, [9, 0], []]);
    });
  });

  describe('a shard that was never stored', () => {
    test('is not taken yet, and keeps neither the others of its worker nor its group waiting', async () => {
      isAway = true;
      const { runner, started } = await start();
      expect(running(runner)).toEqual([1]);
      await started;
      await feed(0, say('waits'));
      await feed(1, say('goes on'));
      const other = await start();
      expect([...running(runner), ...running(other.runner)]).toEqual([1]);
      expect([said(), failures]).toEqual([['1@0 goes on'], []]);
      expect(new Set(bench.troubles)).toEqual(new Set(['shard-lost']));
    });

    test('lets tasks between batches go by', async () => {
      isAway = true;
      const { runner } = await start();
      const done: number[] = [];
      for (const shard of runner.shards)
        void shard.exclusively(async () => {}).then(() => done.push(shard.place.partition));
      await turn();
      expect(done.sort()).toEqual([0, 1]);
    });

    test('is taken when the store is back, and begins at its first record', async () => {
      isAway = true;
      const { runner } = await start();
      await feed(0, say('waits'));
      await pass(50, 250);
      expect(await stored(0)).toBeNull();
      isAway = false;
      await pass(1_000);
      expect([running(runner), said(), failures]).toEqual([[0, 1], ['0@0 waits'], []]);
    });
  });
});
