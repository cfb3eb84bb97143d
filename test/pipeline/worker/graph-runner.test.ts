import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Consumer } from '../../../pipeline/broker/index.ts';
import { GraphRunner } from '../../../pipeline/worker/graph-runner.ts';
import type { Ports } from '../../../pipeline/worker/index.ts';
import { ownedOf } from '../../../pipeline/worker/owned.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { topics } from '../../../schemas/topics.ts';
import { brokerWith, consumerWith, stateWith } from '../../support/overriding.ts';
import { type Order, puppetGraph, say } from '../../support/puppet.ts';
import { gate } from '../../support/recording-member.ts';
import { type BenchOptions, type ShardBench, shardBench } from '../../support/shard-bench.ts';

const put = (key: string) => ({ kind: 'put', key, value: key });
/** Says which rows the shard was restored with. */
const ask = (index: number) => ({ kind: 'control', index });

describe('GraphRunner', () => {
  let bench: ShardBench;
  let failures: Error[];
  const runners: GraphRunner<Order>[] = [];
  beforeEach(async () => {
    failures = [];
    bench = await shardBench();
  });
  afterEach(async () => {
    for (const runner of runners.splice(0)) runner.drop();
    await bench.broker.close();
  });

  async function open(prepare: () => Promise<void> = async () => {}) {
    const { around } = bench;
    const onFailure = (error: Error) => failures.push(error);
    const runner = new GraphRunner({ graph: puppetGraph(), around, prepare, onFailure });
    runners.push(runner);
    await runner.start();
    return runner;
  }
  const start = async (prepare?: () => Promise<void>) => {
    const runner = await open(prepare);
    await bench.broker.idle();
    return runner;
  };
  const rebench = async (options: BenchOptions) => {
    bench = await shardBench(options);
  };
  const feed = async (partition: number, ...orders: readonly unknown[]) => {
    await bench.feed(partition, ...orders);
    await bench.broker.idle();
  };
  /** Lets time pass in steps, and everything happen that follows from each. */
  const pass = async (...steps: readonly number[]) => {
    for (const ms of steps) {
      bench.clock.advanceTo(bench.clock.now() + ms);
      await new Promise((resolve) => setImmediate(resolve));
      await bench.broker.idle();
    }
  };
  const said = () =>
    bench.sent
      .filter(({ topic }) => topic === topics.decisions.name)
      .map(({ value }) => codecs.decisions.decode(value ?? new Uint8Array(), 5))
      .map(({ origin, alertId }) => `${origin.shard}@${origin.offset}.${origin.n} ${alertId}`);
  const owned = (runner: GraphRunner<Order>) =>
    runner.shards.filter(({ isReleased }) => !isReleased).map(({ place }) => place.partition);

  describe('an assignment', () => {
    test('gives every partition a shard that processes its records', async () => {
      const runner = await start();
      await feed(0, say('a'));
      await feed(1, say('b'), say('c'));
      expect(said()).toEqual(['0@0.0 a', '1@0.0 b', '1@1.0 c']);
      expect(owned(runner)).toEqual([0, 1]);
    });

    test('starts where the checkpoint ends, with its rows, whatever the group has committed', async () => {
      const first = await start();
      await feed(0, put('k'), say('a'));
      await first.stop();
      const consumer = bench.broker.consumer({
        ...{ group: 'tocsin-puppet', topics: [topics.raw.name], isolation: 'read_committed' },
        ...{ maxBatchRecords: 1, maxBatchBytes: 1 },
      });
      const nothing = () => Promise.resolve();
      await consumer.start({
        onAssigned: nothing,
        onRevoked: nothing,
        onBatch: nothing,
        onFailure: () => {},
      });
      // Behind the checkpoint, as after a commit that was lost (H6).
      await consumer.commitOffsets([{ topic: topics.raw.name, partition: 0, offset: 0, metadata: '' }]);
      await consumer.stop();
      await start();
      await feed(0, ask(0));
      expect(said()).toEqual(['0@1.0 a', '0@2.0 control 0 with k restored']);
    });

    test('without a checkpoint starts at the first record of the log', async () => {
      await feed(0, say('early'));
      await start();
      expect(said()).toEqual(['0@0.0 early']);
    });

    test('gives fresh instances also of partitions that stay', async () => {
      const first = await start();
      const before = first.shards;
      await start();
      expect(owned(first)).toHaveLength(1);
      expect(before.every(({ isReleased }) => isReleased)).toBe(true);
      expect(first.shards.every((shard) => !before.includes(shard))).toBe(true);
    });

    test('that meets a log shorter than its state stops loudly', async () => {
      const lease = (await bench.state.fence({ graph: 'puppet', partition: 0 })).lease;
      const mark = {
        seq: 1,
        basedOn: null,
        from: 0,
        snapshot: '',
        mutedUntil: null,
        isClean: true,
        changes: [],
      };
      await bench.state.commit(lease, { ...mark, offset: 5 });
      await start();
      expect(failures).toEqual([expect.objectContaining({ code: 'state.beyond-log' })]);
    });

    test('that meets a log cut off before its state goes on and raises the alarm', async () => {
      const first = await start();
      await feed(0, say('a'));
      await first.stop();
      await bench.feed(0, say('lost'), say('kept'));
      bench.broker.deleteRecordsBefore({ topic: topics.raw.name, partition: 0 }, 2);
      await start();
      expect(said()).toEqual(['0@0.0 a', '0@2.0 kept']);
      expect(bench.troubles).toEqual(['records-lost']);
    });
  });

  describe('letting go', () => {
    test('in an orderly way stores a clean checkpoint of everything and commits it', async () => {
      await rebench({ settings: { checkpointEveryMs: 1e9 } });
      const runner = await start();
      await feed(0, put('k'));
      await runner.stop();
      expect((await bench.state.fence({ graph: 'puppet', partition: 0 })).checkpoint).toMatchObject({
        offset: 1,
        isClean: true,
      });
      const place = { topic: topics.raw.name, partition: 0 };
      expect((await bench.broker.admin.committed('tocsin-puppet', place))?.offset).toBe(1);
    });

    test('as a crash would stores nothing, and leaves the partitions to others at once', async () => {
      await rebench({ settings: { checkpointEveryMs: 1e9 } });
      const first = await start();
      const second = await start();
      await feed(0, put('k'));
      first.drop();
      await bench.broker.idle();
      expect([owned(first), owned(second)]).toEqual([[], [0, 1]]);
      await feed(0, ask(0));
      expect(said()).toEqual(['0@1.0 control 0 with nothing restored']);
      expect(failures).toEqual([]);
    });

    test('passes the state on to whoever gets the partition', async () => {
      const first = await start();
      await feed(0, put('k'));
      await feed(1, put('l'));
      const second = await start();
      await first.stop();
      await bench.broker.idle();
      expect(owned(second)).toEqual([0, 1]);
      await feed(0, ask(0));
      await feed(1, ask(0));
      expect(said()).toEqual(['0@1.0 control 0 with k restored', '1@1.0 control 0 with l restored']);
    });
  });

  describe('a zombie', () => {
    test('that a batch finds released after it waited for schemas steps nothing', async () => {
      const { passed, open: letGo } = gate();
      const runner = await start(() => passed);
      await bench.feed(0, say('a'));
      const shard = runner.shards[0];
      shard?.drop();
      letGo();
      await bench.broker.idle();
      expect([said(), shard?.position]).toEqual([[], 0]);
    });

    test('does not take a batch whose epoch is not its own', async () => {
      const runner = await start();
      const shard = runner.shards[0];
      const batch = { topic: topics.raw.name, partition: 0, highWatermark: 1 };
      const records = [{ offset: 0, timestamp: 1, key: null, value: Buffer.from('{}'), headers: {} }];
      await shard?.process({ ...batch, epoch: (shard.epoch ?? 0) - 1, records });
      expect([said(), shard?.position]).toEqual([[], 0]);
    });
  });

  describe('a lost lease', () => {
    test('found by a failed checkpoint: memory is thrown away, the shard acquired again, nothing is lost', async () => {
      const runner = await start();
      const before = runner.shards;
      await feed(0, put('k'), say('a'));
      const copy = bench.state.snapshot();
      await feed(0, put('l'));
      // A failover to a replica that has not seen the last commit.
      bench.state.rollback(copy);
      await feed(0, say('b'));
      await feed(0, ask(0));
      await feed(0, say('c'));
      expect(bench.troubles).toEqual(['shard-lost']);
      expect(runner.shards[0]).not.toBe(before[0]);
      expect(runner.shards[1]).toBe(before[1]);
      expect(said()).toContain('0@4.0 control 0 with k restored');
      expect(new Set(said())).toEqual(
        new Set(['0@1.0 a', '0@3.0 b', '0@4.0 control 0 with k restored', '0@5.0 c']),
      );
      expect(failures).toEqual([]);
    });

    test('with the whole store: the log is worked through again, and what was committed is not said again', async () => {
      await start();
      await feed(0, put('k'), say('a'));
      bench.state.wipe();
      await feed(0, say('b'));
      await feed(0, say('c'));
      expect(said()).toEqual(['0@1.0 a', '0@2.0 b', '0@2.0 b', '0@3.0 c']);
      expect(bench.troubles).toEqual(['shard-lost', 'state-lost']);
    });

    test('to whoever the group gave the shard to: it is left alone, and stops nobody', async () => {
      let fences = 0;
      let isMovedOn = false;
      await rebench({
        through: ({ broker, state, clock }) => ({
          clock,
          broker: refusing(broker, () => isMovedOn),
          state: stateWith(state, {
            fence: (shard) => {
              fences += 1;
              return state.fence(shard);
            },
          }),
        }),
      });
      const runner = await start();
      isMovedOn = true;
      await feed(0, say('a'));
      await feed(0, say('b'));
      await feed(0, say('c'));
      expect([said(), owned(runner), fences, failures]).toEqual([['0@0.0 a'], [1], 2, []]);
    });

    test('to the heir of a member presumed dead: what the zombie still does changes nothing', async () => {
      const { passed, open: letGo } = gate();
      const consumers: Consumer[] = [];
      await rebench({
        through: (ports) => ({ ...ports, broker: remembering(ports.broker, consumers) }),
      });
      await start(() => passed);
      await bench.feed(0, put('k'), say('a'));
      const [zombie] = consumers;
      if (zombie !== undefined) bench.broker.expireSession(zombie);
      // The zombie is still at work, so nothing is idle yet.
      await open();
      letGo();
      await bench.broker.idle();
      await feed(0, say('b'));
      await feed(0, ask(0));
      expect(new Set(said())).toEqual(
        new Set(['0@1.0 a', '0@2.0 b', '0@3.0 control 0 with nothing restored']),
      );
      expect(failures).toEqual([expect.objectContaining({ code: 'broker.session-expired' })]);
      expect((await bench.state.fence({ graph: 'puppet', partition: 0 })).checkpoint).toMatchObject({
        offset: 4,
      });
    });

    test('while it is being restored: it is fenced anew', async () => {
      let quarrels = 2;
      await rebench({
        through: (ports) => ({
          ...ports,
          state: stateWith(ports.state, {
            fence: async (shard) => {
              if (shard.partition === 0 && quarrels-- > 0) throw new TocsinError('state.fenced', 'by a test');
              return ports.state.fence(shard);
            },
          }),
        }),
      });
      await start();
      await pass(50, 250);
      await feed(0, say('a'));
      expect([said(), failures]).toEqual([['0@0.0 a'], []]);
    });

    test('again and again waits for longer each time', async () => {
      const fencedAt: number[] = [];
      await rebench({
        through: (ports) => ({
          ...ports,
          state: stateWith(ports.state, {
            fence: ({ partition }) => {
              if (partition === 0) fencedAt.push(ports.clock.now() - 1_000_000);
              return Promise.reject(new TocsinError('state.fenced', 'by a test'));
            },
          }),
        }),
      });
      await start();
      await pass(50, 250, 1_000, 2_000, 5_000, 5_000);
      expect(fencedAt).toEqual([0, 50, 300, 1_300, 3_300, 8_300, 13_300]);
      expect(failures).toEqual([]);
    });

    test('on release leaves nothing to store, and is no failure', async () => {
      const runner = await start();
      await feed(0, say('a'));
      bench.state.wipe();
      await runner.stop();
      expect(failures).toEqual([]);
    });
  });

  test('what an operator throws stops the graph, and the record is not stored as done', async () => {
    const runner = await start();
    await feed(0, put('k'));
    await feed(0, { kind: 'throw', text: 'oh' });
    await runner.stop();
    expect(failures).toEqual([expect.objectContaining({ code: 'invariant.broken' })]);
    expect((await bench.state.fence({ graph: 'puppet', partition: 0 })).checkpoint).toMatchObject({
      offset: 1,
    });
  });

  test('a store that answers and takes nothing is told of the shards that it fails, until it takes them', async () => {
    let isFull = false;
    const state = (ports: Ports) =>
      stateWith(ports.state, {
        commit: (lease, checkpoint) =>
          isFull && lease.shard.partition === 1
            ? Promise.reject(new TocsinError('state.unavailable', 'commit: OOM'))
            : ports.state.commit(lease, checkpoint),
      });
    await rebench({ through: (ports) => ({ ...ports, state: state(ports) }) });
    const runner = await start();
    const refusals = () => ownedOf(runner.shards, null).map(({ refusal }) => refusal);
    isFull = true;
    await pass(10_000);
    await feed(0, put('k'));
    await feed(1, put('l'));
    await pass(100);
    expect(refusals()).toEqual([null, 'commit: OOM']);
    isFull = false;
    await pass(10_000);
    expect(refusals()).toEqual([null, null]);
  });

  test('outputs that nobody acknowledged are not below any checkpoint', async () => {
    let isDown = false;
    await rebench({
      through: (ports) => ({ ...ports, broker: failing(ports.broker, () => isDown) }),
    });
    const runner = await start();
    await feed(0, put('k'));
    isDown = true;
    await feed(0, put('l'), say('a'));
    await runner.stop();
    expect((await bench.state.fence({ graph: 'puppet', partition: 0 })).checkpoint).toMatchObject({
      offset: 1,
    });
    expect(failures).toEqual([]);
  });

  test('outputs that nobody acknowledged are sent when the broker is back', async () => {
    let isDown = false;
    await rebench({
      through: (ports) => ({ ...ports, broker: failing(ports.broker, () => isDown) }),
    });
    await start();
    await feed(0, put('k'));
    isDown = true;
    await feed(0, say('a'));
    await pass(50, 250);
    isDown = false;
    await pass(1_000);
    await feed(0, ask(0));
    expect(said()).toEqual(['0@1.0 a', '0@2.0 control 0 with k restored']);
    expect(failures).toEqual([]);
  });
});

function remembering(broker: Ports['broker'], consumers: Consumer[]): Ports['broker'] {
  const consumer: Ports['broker']['consumer'] = (options) => {
    const made = broker.consumer(options);
    consumers.push(made);
    return made;
  };
  return brokerWith(broker, { consumer });
}

/** A group that has moved on and refuses this member's commits, while records still come. */
function refusing(broker: Ports['broker'], hasMovedOn: () => boolean): Ports['broker'] {
  return brokerWith(broker, {
    consumer: (options) => {
      const made = broker.consumer(options);
      return consumerWith(made, {
        owns: async () => !hasMovedOn(),
        commitOffsets: (offsets) =>
          hasMovedOn()
            ? Promise.reject(new TocsinError('broker.illegal-generation', 'by a test'))
            : made.commitOffsets(offsets),
      });
    },
  });
}

function failing(broker: Ports['broker'], isDown: () => boolean): Ports['broker'] {
  return brokerWith(broker, {
    producer: () => {
      const producer = broker.producer();
      return {
        begin: () => producer.begin(),
        close: () => producer.close(),
        send: (records) =>
          isDown()
            ? Promise.reject(new TocsinError('broker.unavailable', 'by a test'))
            : producer.send(records),
      };
    },
  });
}
