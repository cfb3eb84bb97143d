import { createRequire } from 'node:module';
import type { Message, TopicMessages } from 'kafkajs';
import { expect, test } from 'vitest';
import { alreadyGrouped } from '../../../../pipeline/broker/kafka/plain-client.ts';

type Group = (order: object) => Record<string, readonly Message[]>;

const load = createRequire(import.meta.url);
const group: Group = load('kafkajs/src/producer/groupMessagesPerPartition');

const listOf = (topic: string, partition: number, values: readonly string[]): TopicMessages => ({
  topic,
  messages: values.map((value) => ({ partition, value })),
});

test('kafkajs takes what is sent as the groups that it comes in, and asks of no message where it goes', () => {
  const [a, b, c] = [listOf('alerts', 7, ['a', 'b']), listOf('others', 1, ['d']), listOf('alerts', 2, ['e'])];
  const sent = alreadyGrouped([a, b, c]);
  const partitioner = () => expect.fail('was asked');
  expect(
    sent.map(({ topic, messages }) => [
      topic,
      group({ topic, messages, partitionMetadata: [{}], partitioner }),
    ]),
  ).toEqual([
    ['alerts', { 7: a.messages, 2: c.messages }],
    ['others', { 1: b.messages }],
  ]);
  expect(sent.map(({ messages }) => messages.map(({ value }) => value))).toEqual([['a', 'b', 'e'], ['d']]);
});
