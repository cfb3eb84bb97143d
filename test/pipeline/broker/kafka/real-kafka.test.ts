import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KafkaBroker } from '../../../../pipeline/broker/index.ts';
import { BrokerBench, recordsOf } from '../../../contracts/broker/bench.ts';
import { gate } from '../../../support/recording-member.ts';
import { describeService, kafkaForTests } from '../../../support/services.ts';

/** What only a real Kafka can show; what every broker must do is in the contract suite. */
describeService('KafkaBroker against the traps of kafkajs', await kafkaForTests(), (address) => {
  const brokers = address.split(',');
  const kafka = new kafkajs.Kafka({ brokers, clientId: 'test', logLevel: kafkajs.logLevel.NOTHING });
  let bench: BrokerBench;
  beforeEach(() => {
    bench = new BrokerBench(new KafkaBroker({ brokers, clientId: 'tocsin-test', heartbeatMs: 100 }));
  });
  afterEach(() => bench.close());

  async function withAdmin(act: (admin: ReturnType<typeof kafka.admin>) => Promise<unknown>): Promise<void> {
    const admin = kafka.admin();
    await admin.connect();
    await act(admin);
    await admin.disconnect();
  }

  /** Frees the partition's records below `offset`, as retention does. */
  async function forget(topic: string, offset: number): Promise<void> {
    await withAdmin(async (admin) => {
      // It deletes from topics only whose leaders it has heard of.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
    });
  }

  test('records deleted ahead of a reader: it goes on at the log’s start, and the group’s offset is left alone', async () => {
    const topic = await bench.topic();
    const place = { topic, partition: 0 };
    await bench.send(topic, ['a', 'b', 'c', 'd']);
    const member = bench.member(topic, {
      handlers: { onAssigned: async () => member.consumer.seek(place, 2) },
    });
    await member.start();
    await member.until(() => member.records.length === 2);
    await member.consumer.commitOffsets([{ ...place, offset: 1, metadata: 'from 0' }]);
    // The reader waits at 4; the log's start moves behind it.
    member.consumer.pause([place]);
    await bench.send(topic, ['e', 'f', 'g']);
    await forget(topic, 6);
    member.consumer.seek(place, 5);
    member.consumer.resume([place]);
    await member.until(() => member.values.includes('g'));
    expect(member.values).toEqual(['c', 'd', 'g']);
    const committed = await bench.broker.admin.committed(bench.group, place);
    expect(committed).toEqual({ offset: 1, metadata: 'from 0' });
  });

  test('an offset that runs out of the log while it is fetched does not touch the group’s offset', async () => {
    const topic = await bench.topic();
    const place = { topic, partition: 0 };
    await bench.send(topic, ['a', 'b', 'c', 'd', 'e', 'f']);
    const held = gate();
    const large = Buffer.alloc(600_000);
    const producer = bench.broker.producer();
    for (let i = 0; i < 6; i += 1) await producer.send([{ topic, partition: 0, key: null, value: large }]);
    const member = await bench
      .member(topic, { maxBatchRecords: 1, handlers: { onBatch: () => held.passed } })
      .start();
    await member.until(() => member.records.length === 1);
    await member.consumer.commitOffsets([{ ...place, offset: 1, metadata: 'from 0' }]);
    // A megabyte is buffered and fetching has stopped somewhere before offset 11; now nothing below it is left.
    await forget(topic, 11);
    held.open();
    await member.until(() => member.records.at(-1)?.offset === 11);
    const offsets = member.records.map(({ offset }) => offset);
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    expect(await bench.broker.admin.committed(bench.group, place)).toEqual({ offset: 1, metadata: 'from 0' });
  });

  test('a topic that is made anew under its name has another id', async () => {
    const [topic, other] = [await bench.topic(), await bench.topic()];
    const before = await bench.broker.admin.topicIds([topic, other]);
    expect(new Set(before).size).toBe(2);
    for (const id of before) expect(id).toMatch(/^[0-9a-f]{32}$/);
    await withAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
    await expect(bench.broker.admin.topicIds([other, topic])).rejects.toMatchObject({
      code: 'broker.unknown-topic',
    });
    await withAdmin((admin) => admin.createTopics({ topics: [{ topic, numPartitions: 1 }] }));
    const [again, still] = await bench.broker.admin.topicIds([topic, other]);
    expect([again === before[0], still === before[1]]).toEqual([false, true]);
  });

  test('a member that the group has forgotten joins again, is told its share anew, and not that it was revoked', async () => {
    const topic = await bench.topic({ partitions: 2 });
    const member = await bench.member(topic).start();
    const { epoch } = member.assignment;
    await withAdmin(async (admin) => {
      const { groups } = await admin.describeGroups([bench.group]);
      await leaveFor(bench.group, groups[0]?.members[0]?.memberId ?? '');
    });
    await member.until(() => member.assignment.epoch > epoch);
    expect(member.happenings.map(({ kind }) => kind)).toEqual(['assigned', 'assigned']);
    await bench.send(topic, ['x'], { partition: 1 });
    await member.until(() => member.values.includes('x'));
    await member.consumer.commitOffsets([{ topic, partition: 1, offset: 1, metadata: '' }]);
  });

  /** Tells the coordinator that the member has left, in its name. */
  async function leaveFor(groupId: string, memberId: string): Promise<void> {
    const symbols = Object.getOwnPropertySymbols(kafka);
    const makeCluster = symbols.find(({ description }) => description === 'private:Kafka:createCluster');
    const cluster = Reflect.get(kafka, makeCluster ?? Symbol())({});
    await cluster.connect();
    const coordinator = await cluster.findGroupCoordinator({ groupId });
    await coordinator.leaveGroup({ groupId, memberId });
    await cluster.disconnect();
  }

  test('a handler that works for longer than the session lasts keeps its partitions', async () => {
    const topic = await bench.topic();
    const broker = new KafkaBroker({ brokers, clientId: 'slow', sessionTimeoutMs: 6_000, heartbeatMs: 100 });
    const slow = new BrokerBench(broker);
    const held = gate();
    const member = slow.member(topic, { handlers: { onBatch: () => held.passed } });
    await member.start();
    await slow.send(topic, ['a']);
    await member.until(() => member.records.length === 1);
    // Real time: the session is the broker's, and six seconds are the shortest it grants.
    for (let i = 0; i < 13; i += 1) {
      await setTimeout(500);
      await member.consumer.commitOffsets([{ topic, partition: 0, offset: 0, metadata: `${i}` }]);
    }
    held.open();
    await slow.close();
    expect(member.happenings.map(({ kind }) => kind)).toEqual(['assigned', 'batch', 'revoked']);
  });

  test('more at once than a broker takes in one request', async () => {
    const topic = await bench.topic();
    const values = Array.from({ length: 3_000 }, (_, i) => String(i).padStart(1_000, '.'));
    const [acknowledged] = await bench.broker.producer().send(recordsOf(topic, values));
    expect(acknowledged).toEqual({ topic, partition: 0, baseOffset: 0, count: 3_000 });
    const member = await bench.member(topic).start();
    await member.until(() => member.records.length === 3_000);
    expect(member.values).toEqual(values);
  });

  test('a record that is larger than the topic allows is refused by its code', async () => {
    const topic = await bench.topic();
    const value = Buffer.alloc(2_000_000);
    await expect(
      bench.broker.producer().send([{ topic, partition: 0, key: null, value }]),
    ).rejects.toMatchObject({ code: 'broker.invalid-record' });
  });

  test('a record without a key is refused by a compacted topic', async () => {
    const topic = await bench.topic({ cleanup: 'compact' });
    await expect(bench.broker.producer().send(recordsOf(topic, ['a']))).rejects.toMatchObject({
      code: 'broker.invalid-record',
    });
  });

  test('a codec that is not installed ends the consumer, by its code, with nothing before it left out', async () => {
    const topic = await bench.topic({ partitions: 2 });
    const { admin } = bench.broker;
    await bench.send(topic, ['a', 'b']);
    await bench.send(topic, ['c']);
    await bench.send(topic, ['x'], { partition: 1 });
    await admin.alterTopic(topic, { 'compression.type': 'lz4' });
    await bench.send(topic, ['packed']);
    await admin.alterTopic(topic, { 'compression.type': 'producer' });
    await bench.send(topic, ['d']);
    const member = await bench.member(topic).start();
    await member.until(() => member.failures.length > 0);
    expect(member.failures).toMatchObject([
      { code: 'broker.missing-codec', detail: expect.stringContaining(`${topic}/0@3`) },
    ]);
    expect([...member.values].sort()).toEqual(['a', 'b', 'c', 'x']);
  });

  test('a listener that TLS is spoken to, which it does not speak', async () => {
    const secured = new KafkaBroker({ brokers, clientId: 'test', tls: {} });
    await expect(secured.admin.partitions('t')).rejects.toMatchObject({
      code: 'broker.unavailable',
      detail: expect.stringContaining('wants other `broker.tls` or `broker.sasl`'),
    });
    await secured.close();
  });

  test('a broker that is not there, and one that knows no such user', async () => {
    const away = new KafkaBroker({ brokers: ['127.0.0.1:1'], clientId: 'test' });
    await expect(away.admin.partitions('t')).rejects.toMatchObject({
      code: 'broker.unavailable',
      detail: expect.not.stringContaining('broker.tls'),
    });
    await away.close();
    const sasl = { mechanism: 'plain', username: 'nobody', password: 'wrong' } as const;
    const refused = new KafkaBroker({ brokers, clientId: 'test', sasl });
    await expect(refused.admin.partitions('t')).rejects.toMatchObject({ code: 'broker.unauthorized' });
    await refused.close();
  });
});

test('the guards are for this kafkajs; a newer one needs a new look at each of them', () => {
  const { version } = createRequire(import.meta.url)('kafkajs/package.json');
  expect(version).toBe('2.2.4');
});
