import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EmbeddedBroker } from '../../../pipeline/broker/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { PreparedConsumer } from '../../../pipeline/worker/prepared-consumer.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { topics } from '../../../schemas/topics.ts';

const topic = topics.decisions.name;
const away = new TocsinError('registry.unavailable', 'connection refused');

describe('a consumer whose batches are prepared', () => {
  let clock: VirtualClock;
  let broker: EmbeddedBroker;
  let consumer: PreparedConsumer;
  /** What preparing a batch of a partition fails with. */
  let failing: Map<number, Error>;
  let seen: string[];
  let waits: string[];
  let failures: Error[];

  beforeEach(async () => {
    clock = new VirtualClock(0);
    broker = new EmbeddedBroker({ clock });
    await broker.admin.ensureTopics([{ ...topics.decisions, partitions: 2 }]);
    failing = new Map();
    seen = [];
    waits = [];
    failures = [];
    const options = { group: 'g', topics: [topic], maxBatchRecords: 10, maxBatchBytes: 1_000 };
    consumer = new PreparedConsumer(broker.consumer({ ...options, isolation: 'read_committed' }), {
      clock,
      prepare: async ({ partition }) => {
        const failure = failing.get(partition);
        if (failure !== undefined) throw failure;
      },
      onWaiting: (detail) => waits.push(detail),
    });
    await consumer.start({
      onAssigned: async () => {},
      onRevoked: async () => {},
      onBatch: async ({ partition, records }) => {
        for (const { value } of records) seen.push(`${partition} ${Buffer.from(value ?? []).toString()}`);
      },
      onFailure: (error) => failures.push(error),
    });
  });
  afterEach(async () => {
    await consumer.stop();
    await broker.close();
  });

  const give = async (partition: number, text: string) => {
    await broker.producer().send([{ topic, partition, key: null, value: Buffer.from(text) }]);
    await broker.idle();
  };
  const pass = async () => {
    clock.advanceTo(clock.now() + 1_000);
    await broker.idle();
  };

  test('hands over what is prepared', async () => {
    await give(0, 'a');
    expect(seen).toEqual(['0 a']);
  });

  test('keeps a partition waiting for what may come, in its order, and no other one', async () => {
    failing.set(0, away);
    await give(0, 'a');
    await give(0, 'b');
    await give(1, 'c');
    expect(seen).toEqual(['1 c']);
    await pass();
    expect(waits.map((detail) => detail.slice(0, topic.length + 2))).toEqual([`${topic}/0`, `${topic}/0`]);
    failing.clear();
    await pass();
    expect(seen).toEqual(['1 c', '0 a', '0 b']);
  });

  test('goes on only when whoever reads lets it, too', async () => {
    failing.set(0, away);
    await give(0, 'a');
    consumer.pause([{ topic, partition: 0 }]);
    failing.clear();
    await pass();
    expect(seen).toEqual([]);
    consumer.resume([{ topic, partition: 0 }]);
    await broker.idle();
    expect(seen).toEqual(['0 a']);
  });

  test('whoever reads does not wake what waits', async () => {
    failing.set(0, away);
    await give(0, 'a');
    failing.clear();
    consumer.resume([{ topic, partition: 0 }]);
    await broker.idle();
    expect(seen).toEqual([]);
    await pass();
    expect(seen).toEqual(['0 a']);
  });

  test('fails with what does not pass', async () => {
    failing.set(0, new Error('a bug'));
    await give(0, 'a');
    expect(failures.map(({ message }) => message)).toEqual(['a bug']);
  });
});
