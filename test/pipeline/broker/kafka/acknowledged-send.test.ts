import { createRequire } from 'node:module';
import type { Message, TopicMessages } from 'kafkajs';
import { expect, test } from 'vitest';
import { sendAcknowledged } from '../../../../pipeline/broker/kafka/acknowledged-send.ts';

type Group = (order: object) => Record<string, readonly Message[]>;

const load = createRequire(import.meta.url);
const group: Group = load('kafkajs/src/producer/groupMessagesPerPartition');

test('kafkajs takes the messages of a parcel as one group, without asking for each where it goes', async () => {
  const messages = ['a', 'b', 'c'].map((value) => ({ partition: 7, value }));
  const sent: TopicMessages[] = [];
  await sendAcknowledged(
    async (topics) => {
      sent.push(...topics);
      return [{ topicName: 'alerts', partition: 7, errorCode: 0, baseOffset: '0' }];
    },
    [{ topic: 'alerts', partition: 7, messages }],
  );
  const partitioner = () => expect.fail('was asked');
  const grouped = group({ ...sent[0], partitionMetadata: [{}], partitioner });
  expect(grouped).toEqual({ 7: messages });
  expect([...(sent[0]?.messages ?? [])]).toEqual(messages);
});
