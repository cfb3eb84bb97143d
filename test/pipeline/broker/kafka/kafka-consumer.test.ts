import type { Kafka } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import type { ConsumerHandlers } from '../../../../pipeline/broker/index.ts';
import type { GroupMemberOptions } from '../../../../pipeline/broker/kafka/group-member.ts';
import {
  type ConsumerMember,
  KafkaConsumer,
  type KafkaConsumerServices,
} from '../../../../pipeline/broker/kafka/kafka-consumer.ts';
import { TocsinError } from '../../../../schemas/errors.ts';
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
    const consumer = consumerOf(puppet, admin);
    found.open();
    await consumer.start(handlers((epoch) => assigned.push(epoch)));
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

  /** A broker that answers the nth question about topics, and fails the ones before. */
  function answering(nth: number, failure: TocsinError): KafkaConsumerServices['admin'] {
    let asked = 0;
    return {
      partitions: async () => {
        asked += 1;
        if (asked < nth) throw failure;
        return 1;
      },
      watermarks: async () => ({ low: 0, high: 0 }),
      committedOffsets: async () => [],
    };
  }

  test('a broker that is away while it starts is waited for', async () => {
    const puppet = new Puppet();
    const away = new TocsinError('broker.unavailable', 'by a test');
    const consumer = consumerOf(puppet, answering(3, away));
    const assigned: number[] = [];
    await consumer.start(handlers((epoch) => assigned.push(epoch)));
    expect(assigned).toEqual([1]);
  });

  test('one that is stopped while it waits joins nothing', async () => {
    const puppet = new Puppet();
    const away = new TocsinError('broker.unavailable', 'by a test');
    const consumer = consumerOf(puppet, answering(Number.POSITIVE_INFINITY, away));
    const started = consumer.start(handlers());
    await consumer.stop();
    await started;
    expect(puppet.epoch).toBeNull();
  });

  test('a topic that is not there is not waited for', async () => {
    const missing = new TocsinError('broker.unknown-topic', 't');
    const consumer = consumerOf(new Puppet(), answering(2, missing));
    await expect(consumer.start(handlers())).rejects.toBe(missing);
  });
});

function consumerOf(puppet: Puppet, admin: KafkaConsumerServices['admin']): KafkaConsumer {
  return new KafkaConsumer(
    { group: 'g', topics: ['t'], maxBatchRecords: 1, maxBatchBytes: 1, isolation: 'read_committed' },
    {
      admin,
      timings: { sessionTimeoutMs: 1, rebalanceTimeoutMs: 1, heartbeatMs: 1 },
      // Only the member speaks to it.
      kafka: {} as Kafka,
      openMember: (options) => puppet.open(options),
    },
  );
}

function handlers(onAssigned: (epoch: number) => void = () => {}): ConsumerHandlers {
  return {
    onAssigned: async (_, epoch) => onAssigned(epoch),
    onRevoked: async () => {},
    onBatch: async () => {},
    onFailure: () => {},
  };
}
