import type { Kafka } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import type { GroupMemberOptions } from '../../../../pipeline/broker/kafka/group-member.ts';
import {
  type ConsumerMember,
  KafkaConsumer,
  type KafkaConsumerServices,
} from '../../../../pipeline/broker/kafka/kafka-consumer.ts';
import { gate } from '../../../support/recording-member.ts';

const place = { topic: 't', partition: 0 };
const commit = { ...place, offset: 1, metadata: '' };

/** A member that joins when it is told to, and notes what is committed. */
class Puppet {
  epoch: number | null = null;
  readonly committed: number[] = [];
  #options: GroupMemberOptions | null = null;

  open(options: GroupMemberOptions): ConsumerMember {
    this.#options = options;
    const puppet = this;
    return {
      get epoch() {
        return puppet.epoch;
      },
      join: async () => this.joined(1),
      commit: async ([one]) => void this.committed.push(one?.offset ?? -1),
      committed: async (places) => places.map(() => null),
      owns: async () => true,
      pause: () => {},
      resume: () => {},
      seek: () => {},
      leave: async () => {},
    };
  }

  joined(epoch: number): void {
    this.epoch = epoch;
    this.#options?.events.take([place], epoch);
  }
}

describe('KafkaConsumer', () => {
  test('between a join and onAssigned nobody can commit: whoever works, works on the assignment before', async () => {
    const puppet = new Puppet();
    let found = gate();
    const admin: KafkaConsumerServices['admin'] = {
      partitions: async () => 1,
      watermarks: async () => ({ low: 0, high: 0 }),
      committedOffsets: async () => {
        await found.passed;
        return [];
      },
    };
    const assigned: number[] = [];
    const consumer = new KafkaConsumer(
      { group: 'g', topics: ['t'], maxBatchRecords: 1, maxBatchBytes: 1, isolation: 'read_committed' },
      {
        admin,
        timings: { sessionTimeoutMs: 1, rebalanceTimeoutMs: 1, heartbeatMs: 1 },
        // Only the member speaks to it.
        kafka: {} as Kafka,
        openMember: (options) => puppet.open(options),
      },
    );
    found.open();
    await consumer.start({
      onAssigned: async (_, epoch) => void assigned.push(epoch),
      onRevoked: async () => {},
      onBatch: async () => {},
      onFailure: () => {},
    });
    await consumer.commitOffsets([commit]);
    found = gate();
    puppet.joined(2);
    await expect(consumer.commitOffsets([{ ...commit, offset: 2 }])).rejects.toMatchObject({
      code: 'broker.illegal-generation',
    });
    found.open();
    await expect.poll(() => assigned).toEqual([1, 2]);
    await consumer.commitOffsets([{ ...commit, offset: 3 }]);
    expect(puppet.committed).toEqual([1, 3]);
  });
});
