import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { KafkaTransactionalProducer } from '../../../../pipeline/broker/kafka/kafka-transaction.ts';
import { refusal, ScriptedCluster } from '../../../support/scripted-cluster.ts';

const offsets = [{ topic: 't', partition: 0, offset: 7, metadata: '' }];
const record = { topic: 't', partition: 0, key: null, value: Buffer.from('a') };

/** A coordinator that refuses so many times to let anything join the next transaction. */
function refusing(times: number, type = 'CONCURRENT_TRANSACTIONS') {
  const asked: string[] = [];
  const cluster = new ScriptedCluster({
    joins(what) {
      asked.push(what);
      if (asked.length <= times) throw refusal(type, true);
    },
  });
  const named = (name: string): string => name;
  const partitions = async (): Promise<number> => 2;
  const kafka = cluster.client();
  const producer = new KafkaTransactionalProducer({ kafka, transactionalId: 'tx', partitions, named });
  return { cluster, asked, producer };
}

describe('a coordinator that still completes the transaction before', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('kafkajs fails with offsets that are the first to join', async () => {
    const { cluster } = refusing(1);
    const producer = cluster.producer({ transactionalId: 'tx' });
    await producer.connect();
    const transaction = await producer.transaction();
    const topics = [{ topic: 't', partitions: [{ partition: 0, offset: '7' }] }];
    await expect(transaction.sendOffsets({ consumerGroupId: 'g', topics })).rejects.toMatchObject({
      type: 'CONCURRENT_TRANSACTIONS',
    });
  });

  test('we ask again, and the offsets are in', async () => {
    const { cluster, asked, producer } = refusing(1);
    const transaction = await producer.begin();
    const sent = transaction.sendOffsets('g', offsets);
    await vi.runAllTimersAsync();
    await sent;
    await transaction.commit();
    expect([asked, cluster.offsets]).toEqual([['offsets', 'offsets'], ['7']]);
  });

  test('not for ever: after about a second it is an outage', async () => {
    const { asked, producer } = refusing(Number.POSITIVE_INFINITY);
    const before = Date.now();
    const sent = (await producer.begin()).sendOffsets('g', offsets);
    const refused = expect(sent).rejects.toMatchObject({ code: 'broker.unavailable' });
    await vi.runAllTimersAsync();
    await refused;
    expect([asked.length, Date.now() - before]).toEqual([20, 950]);
  });

  test('any other refusal leaves the transaction in doubt, and nothing is asked twice', async () => {
    const { asked, producer } = refusing(1, 'INVALID_PRODUCER_EPOCH');
    const transaction = await producer.begin();
    await expect(transaction.sendOffsets('g', offsets)).rejects.toMatchObject({ code: 'broker.fenced' });
    expect(asked).toEqual(['offsets']);
  });

  test('records wait for milliseconds, where kafkajs waits for a third of a second', async () => {
    const { cluster, producer } = refusing(1);
    const sent = (await producer.begin()).send([record]);
    // The first pause is 5 ms, give or take a fifth.
    await vi.advanceTimersByTimeAsync(6);
    expect(cluster.stored).toEqual([['a'], []]);
    await sent;
  });

  test('and are patient: more refusals than kafkajs or our other clients take', async () => {
    const { cluster, producer } = refusing(12);
    const sent = (await producer.begin()).send([record]);
    await vi.runAllTimersAsync();
    await sent;
    expect(cluster.stored).toEqual([['a'], []]);
  });
});
