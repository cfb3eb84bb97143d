import type { Producer as Client, Kafka } from 'kafkajs';
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
  return (topicMessages) => client.sendBatch({ acks: -1, topicMessages });
}
