import type { Message, RecordMetadata, TopicMessages } from 'kafkajs';
import { TocsinError } from '../../../schemas/errors.ts';
import type { Acknowledged, TopicPartition } from '../broker.ts';

/** Messages for one partition, small enough for one record batch. */
export interface Parcel extends TopicPartition {
  readonly messages: readonly Message[];
}

/** One request of the client library. */
export type SendMessages = (topics: TopicMessages[]) => Promise<readonly RecordMetadata[]>;

/** How often a partition that the answer does not name is sent to again. Each time is a new look at who leads it. */
const maxAttempts = 5;

/**
 * Sends parcels for different partitions and sees to it that each is acknowledged. Rejects with `broker.unavailable` when
 * one is not.
 *
 * kafkajs 2.2.4 can resolve without having sent everything: `sendMessages` remembers which brokers have answered, and when
 * the leader of a partition moves, between two attempts, to a broker that has, the partition is passed over. So the answer
 * is compared with what was asked, and what it does not name is sent again before anything else goes there.
 */
export async function sendAcknowledged(
  send: SendMessages,
  parcels: readonly Parcel[],
): Promise<Acknowledged[]> {
  const baseOffsets = new Map<string, number>();
  const isMissing = (parcel: Parcel): boolean => !baseOffsets.has(laneOf(parcel));
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const missing = parcels.filter(isMissing);
    if (missing.length === 0) break;
    for (const answer of await send(missing.map(messagesOf))) {
      const lane = laneOf({ topic: answer.topicName, partition: answer.partition });
      const offset = Number(answer.baseOffset ?? answer.offset ?? 0);
      // Named twice when its leader moved in the middle: then it is in the log twice, and the first one counts.
      baseOffsets.set(lane, Math.min(offset, baseOffsets.get(lane) ?? offset));
    }
  }
  const lost = parcels.find(isMissing);
  if (lost !== undefined) throw new TocsinError('broker.unavailable', `${laneOf(lost)} was not acknowledged`);
  return parcels.map((parcel) => ({
    topic: parcel.topic,
    partition: parcel.partition,
    baseOffset: baseOffsets.get(laneOf(parcel)) ?? 0,
    count: parcel.messages.length,
  }));
}

/** Names a partition, for people and for maps. */
export function laneOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

function messagesOf({ topic, messages }: Parcel): TopicMessages {
  return { topic, messages: [...messages] };
}
