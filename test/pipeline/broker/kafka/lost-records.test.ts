import kafkajs from 'kafkajs';
import { describe, expect, test } from 'vitest';
import type { ProduceRecord } from '../../../../pipeline/broker/index.ts';
import { KafkaProducer } from '../../../../pipeline/broker/kafka/kafka-producer.ts';
import { KafkaTransactionalProducer } from '../../../../pipeline/broker/kafka/kafka-transaction.ts';
import { plainClient, plainSend } from '../../../../pipeline/broker/kafka/plain-client.ts';
import { gate } from '../../../support/recording-member.ts';
import { refusal, type Script, ScriptedCluster } from '../../../support/scripted-cluster.ts';

const topic = 't';
const partitions = async (): Promise<number> => 2;
const byPartition = () => (choice: { message: { partition?: number } }) => choice.message.partition ?? 0;

function record(value: string, partition: number): ProduceRecord {
  return { topic, partition, key: null, value: Buffer.from(value) };
}

/** The records as kafkajs takes them, for showing what it does by itself. */
function request(...records: readonly ProduceRecord[]) {
  const messages = records.map(({ partition = 0, value }) => ({
    partition,
    value: Buffer.from(value ?? []),
  }));
  return { acks: -1, topicMessages: [{ topic, messages }] };
}

/** Our producer, on the client that a `KafkaBroker` opens for it. */
async function plain(cluster: ScriptedCluster): Promise<KafkaProducer> {
  const client = plainClient(cluster.client());
  await client.connect();
  return new KafkaProducer({ send: plainSend(client), partitions });
}

function transactional(cluster: ScriptedCluster): KafkaTransactionalProducer {
  return new KafkaTransactionalProducer({
    ...{ kafka: cluster.client(), transactionalId: 'tx', partitions },
    named: (name) => name,
  });
}

describe('a leader that moves, during a send, to a broker that has answered', () => {
  /** Partition 1 is refused once; by the next attempt it is led by broker 1, which is done with partition 0. */
  function moving(): ScriptedCluster {
    const cluster: ScriptedCluster = new ScriptedCluster({
      async arrives(broker) {
        if (broker !== 2) return;
        await answered.passed;
        cluster.leaders[1] = 1;
      },
      answers: () => answered.open(),
    });
    const answered = gate();
    return cluster;
  }

  test('kafkajs resolves and has not sent everything', async () => {
    const cluster = moving();
    const producer = cluster.producer({ createPartitioner: byPartition });
    await producer.connect();
    const answer = await producer.sendBatch(request(record('a', 0), record('b', 1)));
    expect(answer.map(({ partition }) => partition)).toEqual([0]);
    expect(cluster.stored).toEqual([['a'], []]);
  });

  test('we send what the answer does not name, and nothing else, again', async () => {
    const cluster = moving();
    const producer = await plain(cluster);
    const acknowledged = await producer.send([record('a', 0), record('b', 1)]);
    expect(acknowledged).toEqual([
      { topic, partition: 0, baseOffset: 0, count: 1 },
      { topic, partition: 1, baseOffset: 0, count: 1 },
    ]);
    expect(cluster.stored).toEqual([['a'], ['b']]);
  });
});

/** The first answer is lost: what was asked has been done. */
function losing(): ScriptedCluster {
  let isFirst = true;
  return new ScriptedCluster({
    answers() {
      if (!isFirst) return;
      isFirst = false;
      throw new kafkajs.KafkaJSNonRetriableError('the answer was lost');
    },
  });
}

describe('a plain send that was stored while its answer was lost', () => {
  test('kafkajs, idempotent, acknowledges the next records and they are not stored', async () => {
    const cluster = losing();
    const producer = cluster.producer({ idempotent: true, createPartitioner: byPartition });
    await producer.connect();
    await expect(producer.sendBatch(request(record('a', 0)))).rejects.toThrow();
    await producer.sendBatch(request(record('b', 0)));
    expect(cluster.stored).toEqual([['a'], []]);
  });

  test('ours is not idempotent, and stores them', async () => {
    const cluster = losing();
    const producer = await plain(cluster);
    await expect(producer.send([record('a', 0)])).rejects.toMatchObject({ code: 'broker.unavailable' });
    await producer.send([record('b', 0)]);
    expect(cluster.stored).toEqual([['a', 'b'], []]);
  });
});

describe('a leader that dies with what it has alone', () => {
  test('kafkajs, content with the leader, has acknowledged what is gone', async () => {
    const cluster = new ScriptedCluster();
    const producer = cluster.producer({ createPartitioner: byPartition });
    await producer.connect();
    await producer.sendBatch({ ...request(record('a', 0)), acks: 1 });
    cluster.failOver(0);
    expect(cluster.stored).toEqual([[], []]);
  });

  test('we wait for all replicas, so what was acknowledged is still there', async () => {
    const cluster = new ScriptedCluster();
    await (await plain(cluster)).send([record('a', 0)]);
    cluster.failOver(0);
    expect(cluster.stored).toEqual([['a'], []]);
  });
});

describe('a transactional send that was stored while its answer was lost', () => {
  test('kafkajs acknowledges the next records and they are not stored', async () => {
    const cluster = losing();
    const producer = cluster.producer({ transactionalId: 'tx', createPartitioner: byPartition });
    await producer.connect();
    const transaction = await producer.transaction();
    await expect(transaction.sendBatch(request(record('a', 0)))).rejects.toThrow();
    await transaction.sendBatch(request(record('b', 0)));
    expect(cluster.stored).toEqual([['a'], []]);
  });

  test('our producer is at its end, and its successor stores them', async () => {
    const cluster = losing();
    const producer = transactional(cluster);
    const transaction = await producer.begin();
    const broken = { code: 'broker.unavailable' };
    await expect(transaction.send([record('a', 0)])).rejects.toMatchObject(broken);
    await expect(transaction.send([record('b', 0)])).rejects.toMatchObject(broken);
    await expect(transaction.commit()).rejects.toMatchObject(broken);
    await expect(producer.begin()).rejects.toMatchObject(broken);
    const next = await transactional(cluster).begin();
    await next.send([record('b', 0)]);
    await next.commit();
    expect(cluster.stored).toEqual([['a', 'b'], []]);
  });
});

describe('a transactional send to two brokers, one of which refuses at first', () => {
  /** Broker 1 is slow: it answers after broker 2 has refused and kafkajs has begun its second attempt. */
  function slow(): ScriptedCluster {
    const isRetried = gate();
    let refused = false;
    const script: Script = {
      async arrives(broker) {
        if (broker === 1) return;
        if (refused) isRetried.open();
        else {
          refused = true;
          throw refusal('NOT_LEADER_FOR_PARTITION', true);
        }
      },
      answers: (broker) => (broker === 1 ? isRetried.passed : undefined),
    };
    return new ScriptedCluster(script);
  }

  test('kafkajs stores the records of the other broker twice in one transaction', async () => {
    const cluster = slow();
    const producer = cluster.producer({ transactionalId: 'tx', createPartitioner: byPartition });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.sendBatch(request(record('a', 0), record('b', 1)));
    expect(cluster.stored).toEqual([['a', 'a'], ['b']]);
  });

  test('we store each record once', async () => {
    const cluster = slow();
    const transaction = await transactional(cluster).begin();
    await transaction.send([record('a', 0), record('b', 1)]);
    await transaction.commit();
    expect(cluster.stored).toEqual([['a'], ['b']]);
  });
});
