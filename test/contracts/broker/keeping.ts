import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Bench } from './bench.ts';

const hourMs = 3_600_000;

/** What keeps a cluster in shape: looking at topics, changing them, forgetting groups. */
export function keepingCases(bench: Bench): void {
  const admin = () => bench().broker.admin;

  describe('keeping topics', () => {
    test('topics are described as they were made; those that do not exist are left out', async () => {
      const made = await bench().topic({ partitions: 3, timestamps: 'LogAppendTime', retentionMs: hourMs });
      const found = await admin().describeTopics([`missing-${randomUUID()}`, made]);
      expect(found).toMatchObject([
        {
          name: made,
          partitions: 3,
          replicas: 1,
          configs: {
            'message.timestamp.type': 'LogAppendTime',
            'cleanup.policy': 'delete',
            'retention.ms': String(hourMs),
            'compression.type': 'producer',
          },
        },
      ]);
      expect(await admin().describeTopics([])).toEqual([]);
    });

    test('a changed config holds, and every other one stays as it was', async () => {
      const topic = await bench().topic({ retentionMs: hourMs });
      await admin().alterTopic(topic, { 'cleanup.policy': 'compact', 'max.message.bytes': '2000000' });
      await admin().alterTopic(topic, { 'message.timestamp.type': 'LogAppendTime' });
      await expect
        .poll(async () => (await admin().describeTopics([topic]))[0]?.configs)
        .toMatchObject({
          'cleanup.policy': 'compact',
          'max.message.bytes': '2000000',
          'message.timestamp.type': 'LogAppendTime',
          'retention.ms': String(hourMs),
        });
    });

    test('a topic follows its changed configs', async () => {
      const topic = await bench().topic({ timestamps: 'CreateTime' });
      await admin().alterTopic(topic, { 'message.timestamp.type': 'LogAppendTime' });
      const member = await bench().member(topic).start();
      await expect
        .poll(async () => {
          await bench().send(topic, ['x'], { timestamp: 1_000 });
          return member.records.at(-1)?.timestamp ?? 1_000;
        })
        .not.toBe(1_000);
    });

    test('a topic grows, and does not shrink', async () => {
      const topic = await bench().topic({ partitions: 2 });
      await bench().send(topic, ['x'], { partition: 1 });
      await admin().growTopic(topic, 3);
      await admin().growTopic(topic, 2);
      await expect.poll(() => admin().partitions(topic)).toBe(3);
      await expect
        .poll(() =>
          admin()
            .watermarks({ topic, partition: 2 })
            .catch(() => null),
        )
        .toEqual({ low: 0, high: 0 });
      expect(await admin().watermarks({ topic, partition: 1 })).toEqual({ low: 0, high: 1 });
    });

    test('a topic that does not exist can be neither changed nor grown', async () => {
      const topic = `missing-${randomUUID()}`;
      const unknown = { code: 'broker.unknown-topic' };
      await expect(admin().alterTopic(topic, { 'retention.ms': '1' })).rejects.toMatchObject(unknown);
      await expect(admin().growTopic(topic, 2)).rejects.toMatchObject(unknown);
    });

    test('the cluster counts its brokers', async () => {
      expect(await admin().brokerCount()).toBeGreaterThan(0);
    });
  });

  describe('keeping groups', () => {
    test('a group that is deleted is forgotten with its offsets; one that never was is no error', async () => {
      const topic = await bench().topic();
      const place = { topic, partition: 0 };
      const { consumer } = await bench().member(topic).start();
      await consumer.commitOffsets([{ ...place, offset: 1, metadata: '' }]);
      await expect(admin().deleteGroup(bench().group)).rejects.toMatchObject({ code: 'broker.wrong-state' });
      await consumer.stop();
      await admin().deleteGroup(bench().group);
      expect(await admin().committed(bench().group, place)).toBeNull();
      await admin().deleteGroup(`missing-${randomUUID()}`);
    });
  });
}
