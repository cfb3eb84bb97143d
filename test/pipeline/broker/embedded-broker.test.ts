import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EmbeddedBroker } from '../../../pipeline/broker/index.ts';
import { type Clock, VirtualClock } from '../../../pipeline/time/index.ts';
import { BrokerBench, recordsOf, topicSettings } from '../../contracts/broker/bench.ts';
import { brokerContract } from '../../contracts/broker.ts';
import { gate } from '../../support/recording-member.ts';

const start = 1_700_000_000_000;

brokerContract('EmbeddedBroker', async () => new EmbeddedBroker({ clock: new VirtualClock(start) }));

describe('EmbeddedBroker', () => {
  let broker: EmbeddedBroker;
  let bench: BrokerBench;
  beforeEach(() => {
    broker = new EmbeddedBroker({ clock: new VirtualClock(start) });
    bench = new BrokerBench(broker);
  });
  afterEach(() => bench.close());

  describe('idle', () => {
    test('it resolves at once on a broker where nothing happens', async () => {
      await broker.idle();
      const topic = await bench.topic();
      await bench.send(topic, ['nobody reads this']);
      await broker.idle();
    });

    test('it waits until everything was handed over and handled, batch after batch', async () => {
      const topic = await bench.topic();
      let handled = 0;
      const member = bench.member(topic, {
        maxBatchRecords: 2,
        handlers: {
          onBatch: async ({ records }) => {
            for (let i = 0; i < 20; i += 1) await Promise.resolve();
            handled += records.length;
          },
        },
      });
      await member.start();
      await bench.send(topic, ['a', 'b', 'c', 'd', 'e']);
      await broker.idle();
      expect(handled).toBe(5);
    });

    test('it waits for what handlers send on, through any number of stages', async () => {
      const topics = [await bench.topic(), await bench.topic(), await bench.topic()];
      const seen: string[] = [];
      for (const [i, topic] of topics.entries()) {
        const next = topics[i + 1];
        const handlers = {
          onBatch: async () => {
            seen.push(`stage ${i}`);
            if (next !== undefined) await bench.send(next, ['x']);
          },
        };
        await bench.member(topic, { group: `g${i}`, handlers }).start();
      }
      await bench.send(topics[0] ?? '', ['x']);
      await broker.idle();
      expect(seen).toEqual(['stage 0', 'stage 1', 'stage 2']);
    });

    test('it waits for consumers that are still joining, and for the rebalance of a stop', async () => {
      const topic = await bench.topic({ partitions: 2 });
      const [first, second] = [bench.member(topic), bench.member(topic)];
      void first.start();
      void second.start();
      await broker.idle();
      expect([first.assignment.partitions, second.assignment.partitions]).toEqual([[0], [1]]);
      void second.consumer.stop();
      await broker.idle();
      expect(first.assignment.partitions).toEqual([0, 1]);
    });

    test('paused partitions and open transactions do not keep it waiting', async () => {
      const topic = await bench.topic({ partitions: 2 });
      const member = await bench.member(topic, { isolation: 'read_committed' }).start();
      member.consumer.pause([{ topic, partition: 0 }]);
      await bench.send(topic, ['paused'], { partition: 0 });
      const transaction = await broker.producer({ transactionalId: 'tx' }).begin();
      await transaction.send(recordsOf(topic, ['open'], { partition: 1 }));
      await broker.idle();
      expect(member.values).toEqual([]);
      await transaction.commit();
      member.consumer.resume([{ topic, partition: 0 }]);
      await broker.idle();
      expect(member.values).toEqual(['open', 'paused']);
    });

    test('a consumer that fails does not keep it waiting, once it has reported', async () => {
      const topic = await bench.topic();
      const handlers = { onBatch: () => Promise.reject(new Error('broken')) };
      const member = await bench.member(topic, { handlers }).start();
      await bench.send(topic, ['a']);
      await broker.idle();
      expect(member.failures).toHaveLength(1);
    });

    test('whoever waits sees work that an earlier waiter caused', async () => {
      const topic = await bench.topic();
      const member = await bench.member(topic).start();
      await bench.send(topic, ['first']);
      const cause = broker.idle().then(() => bench.send(topic, ['second']));
      await broker.idle();
      await cause;
      await broker.idle();
      expect(member.values).toEqual(['first', 'second']);
    });
  });

  test('a loop of sends in microtasks does not starve timers and sockets', async () => {
    const topic = await bench.topic();
    let hasTurn = false;
    let rounds = 0;
    const handlers = {
      onBatch: async () => {
        rounds += 1;
        // The bound only ends the case when the loop does starve everybody else.
        if (!hasTurn && rounds < 100_000) await bench.send(topic, ['again']);
      },
    };
    await bench.member(topic, { handlers }).start();
    setImmediate(() => {
      hasTurn = true;
    });
    await bench.send(topic, ['go']);
    await broker.idle();
    expect(hasTurn).toBe(true);
    expect(rounds).toBeLessThan(1_000);
  });

  test('append times never go back inside a partition, even when the clock does', async () => {
    const times = [100, 50, 200];
    const clock: Clock = {
      ...{ now: () => times.shift() ?? 200, schedule: () => () => {} },
      turn: async () => {},
    };
    const stepping = new BrokerBench(new EmbeddedBroker({ clock }));
    const topic = topicSettings({ timestamps: 'LogAppendTime' });
    await stepping.broker.admin.ensureTopics([topic]);
    for (const value of ['a', 'b', 'c']) await stepping.send(topic.name, [value]);
    const member = await stepping.member(topic.name).start();
    await member.until(() => member.records.length === 3);
    expect(member.records.map(({ timestamp }) => timestamp)).toEqual([100, 100, 200]);
    await stepping.close();
  });

  test('members that join in one tick share one rebalance, and a late one moves only its share', async () => {
    const topic = await bench.topic({ partitions: 4 });
    const [first, second] = [bench.member(topic), bench.member(topic)];
    await Promise.all([first.start(), second.start()]);
    expect(first.assignment).toMatchObject({ partitions: [0, 2], epoch: 1 });
    expect(second.assignment).toMatchObject({ partitions: [1, 3], epoch: 1 });
    const third = await bench.member(topic).start();
    await broker.idle();
    expect(third.assignment).toMatchObject({ partitions: [2], epoch: 2 });
    expect([first.assignment.partitions, second.assignment.partitions]).toEqual([[0], [1, 3]]);
  });

  test('equal calls give equal batches in equal order', async () => {
    const run = async (): Promise<string[]> => {
      const own = new BrokerBench(new EmbeddedBroker({ clock: new VirtualClock(start) }));
      const [from, to] = [
        topicSettings({ name: 'from', partitions: 3 }),
        topicSettings({ name: 'to', partitions: 2 }),
      ];
      await own.broker.admin.ensureTopics([from, to]);
      const journal: string[] = [];
      const held = gate();
      for (const [group, topic] of [
        ['mapper', 'from'],
        ['mapper', 'from'],
        ['reader', 'to'],
      ] as const) {
        const handlers = {
          onBatch: async ({
            partition,
            records,
          }: {
            partition: number;
            records: readonly { offset: number }[];
          }) => {
            journal.push(`${topic}/${partition} ${records.map(({ offset }) => offset).join()}`);
            if (partition === 2) await held.passed;
            if (topic === 'from')
              for (const { offset } of records) await own.send('to', ['x'], { key: `k${offset}` });
          },
        };
        await own.member(topic, { group, maxBatchRecords: 3, handlers }).start();
      }
      for (let i = 0; i < 40; i += 1) {
        await own.send(
          'from',
          Array(1 + (i % 7)).fill('x'),
          i % 2 === 0 ? { key: `k${i}` } : { partition: i % 3 },
        );
        if (i === 30) held.open();
      }
      await (own.broker as EmbeddedBroker).idle();
      await own.close();
      return journal;
    };
    const first = await run();
    expect(first.length).toBeGreaterThan(50);
    expect(await run()).toEqual(first);
  });

  test('closing the broker stops every consumer in an orderly way', async () => {
    const topic = await bench.topic();
    const member = await bench.member(topic).start();
    await broker.close();
    expect(member.happenings.map(({ kind }) => kind)).toEqual(['assigned', 'revoked']);
  });
});
