import type { Producer as Client, Kafka, TopicMessages } from 'kafkajs';
import type { SendMessages } from './acknowledged-send.ts';

/** kafkajs' producer as a `KafkaProducer` needs it; why it must not be idempotent is said there. */
export function plainClient(kafka: Kafka): Client {
  return kafka.producer({
    idempotent: false,
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
  });
}

/** One request, acknowledged by all in-sync replicas: what a leader has alone dies with it. */
export function plainSend(client: Client): SendMessages {
  return (topicMessages) => client.sendBatch({ acks: -1, topicMessages: alreadyGrouped(topicMessages) });
}

/**
 * The same messages, so that kafkajs need not group them: it makes one list for a topic of all there are, then groups that by
 * partition, with a `reduce` that copies the group for each message it adds. Each list given is of one partition.
 */
export function alreadyGrouped(topicMessages: readonly TopicMessages[]): TopicMessages[] {
  const topics = [...new Set(topicMessages.map(({ topic }) => topic))];
  return topics.map((topic) => {
    const lists = topicMessages.filter((one) => one.topic === topic).map(({ messages }) => messages);
    const value = () => Object.fromEntries(lists.map((list) => [list[0]?.partition ?? 0, list]));
    return { topic, messages: Object.defineProperty(lists.flat(), 'reduce', { value }) };
  });
}
