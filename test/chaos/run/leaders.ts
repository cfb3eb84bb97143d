import kafkajs from 'kafkajs';
import type { TopicPartition } from '../../../pipeline/broker/index.ts';

/** The name under which the launcher knows the broker that leads a partition. */
export async function leaderOf(brokers: string, { topic, partition }: TopicPartition): Promise<string> {
  const logLevel = kafkajs.logLevel.NOTHING;
  const admin = new kafkajs.Kafka({ brokers: brokers.split(','), clientId: 'chaos', logLevel }).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const found = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition);
    if (found === undefined || found.leader < 1) throw new Error(`${topic}/${partition} has no leader now`);
    return `kafka-${found.leader}`;
  } finally {
    await admin.disconnect();
  }
}
