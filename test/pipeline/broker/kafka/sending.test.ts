import { createRequire } from 'node:module';
import type { RecordMetadata, TopicMessages } from 'kafkajs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ProduceRecord } from '../../../../pipeline/broker/index.ts';
import { brokerError } from '../../../../pipeline/broker/kafka/broker-error.ts';
import { KafkaProducer } from '../../../../pipeline/broker/kafka/kafka-producer.ts';
import { calmRequestQueues } from '../../../../pipeline/broker/kafka/request-queue.ts';
import { gate } from '../../../support/recording-member.ts';
import { refusal } from '../../../support/scripted-cluster.ts';

const load = createRequire(import.meta.url);
const partitions = async (): Promise<number> => 4;

function record(partition: number, value: string | Uint8Array = 'x'): ProduceRecord {
  return { topic: 't', partition, key: null, value: Buffer.from(value) };
}

function answerTo(topics: readonly TopicMessages[]): RecordMetadata[] {
  return topics.map(({ topic, messages }) => ({
    topicName: topic,
    partition: messages[0]?.partition ?? 0,
    errorCode: 0,
    baseOffset: '0',
  }));
}

/** The partitions of each request, and how many messages went to each. */
function shape(requests: readonly TopicMessages[][]): string[] {
  return requests.map((topics) =>
    topics.map(({ messages }) => `${messages[0]?.partition}×${messages.length}`).join(' '),
  );
}

describe('sending', () => {
  test('a send waits for the one before it in the same partition, not for others', async () => {
    const held = gate();
    const requests: TopicMessages[][] = [];
    const producer = new KafkaProducer({
      partitions,
      send: async (topics) => {
        requests.push(topics);
        if (requests.length === 1) await held.passed;
        return answerTo(topics);
      },
    });
    const first = producer.send([record(0), record(1)]);
    const second = producer.send([record(1), record(2)]);
    await producer.send([record(3)]);
    expect(shape(requests)).toEqual(['0×1 1×1', '3×1']);
    held.open();
    await Promise.all([first, second]);
    expect(shape(requests)).toEqual(['0×1 1×1', '3×1', '1×1 2×1']);
  });

  test('a send that fails takes those behind it in its partitions with it, and later ones are free to go', async () => {
    const sent: string[] = [];
    const producer = new KafkaProducer({
      partitions,
      send: async (topics) => {
        sent.push(...topics.flatMap(({ messages }) => messages.map(({ value }) => String(value))));
        if (sent.at(-1) === 'lost') throw refusal('REQUEST_TIMED_OUT', true);
        return answerTo(topics);
      },
    });
    const all = ['lost', 'behind it'].map((value) => producer.send([record(0, value)]));
    const beside = producer.send([record(1, 'beside it')]);
    const settled = await Promise.allSettled([...all, beside]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    await producer.send([record(0, 'later')]);
    expect(sent).toEqual(['lost', 'beside it', 'later']);
  });

  test('much at once is cut into requests that brokers accept', async () => {
    const requests: TopicMessages[][] = [];
    const producer = new KafkaProducer({
      partitions,
      send: async (topics) => {
        requests.push(topics);
        return answerTo(topics);
      },
    });
    const large = new Uint8Array(300_000);
    const records = [...Array.from({ length: 1_200 }, () => record(0)), record(1, large), record(1, large)];
    const acknowledged = await producer.send(records);
    expect(shape(requests)).toEqual(['0×1200 1×1', '1×1']);
    expect(acknowledged.map(({ count }) => count)).toEqual([1_200, 2]);
  });

  test('a partition that does not exist is refused: kafkajs would pass over it', async () => {
    const producer = new KafkaProducer({ partitions, send: async (topics) => answerTo(topics) });
    await expect(producer.send([record(0), record(4)])).rejects.toMatchObject({
      code: 'broker.unknown-topic',
    });
  });

  test('a partition that is never acknowledged is an error, not a loss', async () => {
    const producer = new KafkaProducer({ partitions, send: async () => [] });
    await expect(producer.send([record(0)])).rejects.toMatchObject({ code: 'broker.unavailable' });
  });

  test('a topic that was found and is unknown to a broker now is an outage', async () => {
    const send = () => Promise.reject(refusal('UNKNOWN_TOPIC_OR_PARTITION', true));
    const producer = new KafkaProducer({ partitions, send });
    await expect(producer.send([record(0)])).rejects.toMatchObject({ code: 'broker.unavailable' });
  });
});

test.each([
  ['UNKNOWN_TOPIC_OR_PARTITION', 'broker.unknown-topic'],
  ['MESSAGE_TOO_LARGE', 'broker.invalid-record'],
  ['INVALID_RECORD', 'broker.invalid-record'],
  ['UNKNOWN_MEMBER_ID', 'broker.illegal-generation'],
  ['INVALID_PRODUCER_EPOCH', 'broker.fenced'],
  ['GROUP_AUTHORIZATION_FAILED', 'broker.unauthorized'],
  ['SASL_AUTHENTICATION_FAILED', 'broker.unauthorized'],
  ['NOT_ENOUGH_REPLICAS', 'broker.unavailable'],
])('%s is %s, however it is wrapped', (type, code) => {
  const wrapped = new Error('retries exceeded', {
    cause: new Error('again', { cause: refusal(type, false) }),
  });
  expect(brokerError(wrapped, 'a test')).toMatchObject({ code, cause: wrapped });
});

describe('the request queues of kafkajs', () => {
  afterEach(() => vi.useRealTimers());

  function queue(pending: readonly unknown[]) {
    const RequestQueue = load('kafkajs/src/network/requestQueue');
    const logger = { debug: () => undefined, warn: () => undefined };
    const made = new RequestQueue({
      maxInFlightRequests: 1,
      requestTimeout: 1,
      clientId: '',
      broker: '',
      logger,
    });
    made.pending = [...pending];
    made.inflight.set(0, {});
    return made;
  }

  test('a queue with nothing pending arms no timer; one with something pending does', () => {
    calmRequestQueues();
    calmRequestQueues();
    vi.useFakeTimers();
    queue([]).scheduleCheckPendingRequests();
    expect(vi.getTimerCount()).toBe(0);
    queue([{}]).scheduleCheckPendingRequests();
    expect(vi.getTimerCount()).toBe(1);
  });
});
