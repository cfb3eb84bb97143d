import { describe, expect, test } from 'vitest';
import { type Bench, recordsOf } from './bench.ts';

export function positionCases(bench: Bench): void {
  describe('positions', () => {
    test('the next member resumes at the committed offset', async () => {
      const topic = await bench().topic();
      await bench().send(topic, ['a', 'b', 'c']);
      const first = await bench().member(topic).start();
      await first.until(() => first.records.length === 3);
      await first.consumer.commitOffsets([{ topic, partition: 0, offset: 2, metadata: '' }]);
      await first.consumer.stop();
      const second = await bench().member(topic).start();
      await second.until(() => second.records.length > 0);
      expect(second.records[0]?.offset).toBe(2);
    });

    test('metadata up to 4 KiB is kept with the offset, and replaced with it', async () => {
      const topic = await bench().topic({ partitions: 2 });
      const { admin } = bench().broker;
      const { consumer } = await bench().member(topic).start();
      const metadata = 'é'.repeat(2_048);
      await consumer.commitOffsets([{ topic, partition: 0, offset: 0, metadata: 'older' }]);
      await consumer.commitOffsets([{ topic, partition: 0, offset: 0, metadata }]);
      expect(await admin.committed(bench().group, { topic, partition: 0 })).toEqual({ offset: 0, metadata });
      expect(await admin.committed(bench().group, { topic, partition: 1 })).toBeNull();
      expect(await admin.committed('another-group', { topic, partition: 0 })).toBeNull();
    });

    test('a member is told what was committed before it, whoever did; only for what it was given', async () => {
      const topic = await bench().topic({ partitions: 2 });
      const witness = { topic: await bench().topic(), partition: 0 };
      const places = [0, 1].map((partition) => ({ topic, partition }));
      const [place] = places as [(typeof places)[0]];
      const first = await bench().member(topic).start();
      await first.consumer.commitOffsets([{ ...place, offset: 3, metadata: 'by the first' }]);
      await first.consumer.stop();
      const second = await bench().member(topic).start();
      const found = [{ offset: 3, metadata: 'by the first' }, null];
      expect(await second.consumer.committed(places, witness)).toEqual(found);
      await second.consumer.commitOffsets([{ ...place, offset: 4, metadata: '' }]);
      expect(await second.consumer.committed([place], witness)).toEqual([{ offset: 4, metadata: '' }]);
      const refused = { code: 'broker.illegal-generation' };
      await expect(second.consumer.committed([witness], witness)).rejects.toMatchObject(refused);
      await expect(first.consumer.committed(places, witness)).rejects.toMatchObject(refused);
    });

    test('what is committed for several partitions is told together', async () => {
      const [one, other] = [await bench().topic({ partitions: 2 }), await bench().topic()];
      const { consumer } = await bench().member(one).start();
      await consumer.commitOffsets([{ topic: one, partition: 1, offset: 7, metadata: 'm' }]);
      const places = [
        { topic: other, partition: 0 },
        { topic: one, partition: 1 },
        { topic: one, partition: 0 },
      ];
      expect(await bench().broker.admin.committedTogether(bench().group, places)).toEqual([
        null,
        { offset: 7, metadata: 'm' },
        null,
      ]);
    });

    test('metadata over 4 KiB is refused and nothing is committed', async () => {
      const topic = await bench().topic();
      const { consumer } = await bench().member(topic).start();
      const commit = { topic, partition: 0, offset: 1, metadata: 'é'.repeat(2_049) };
      await expect(consumer.commitOffsets([commit])).rejects.toMatchObject({
        code: 'broker.metadata-too-large',
      });
      expect(await bench().broker.admin.committed(bench().group, { topic, partition: 0 })).toBeNull();
    });

    test('a member owns what it was given, until it stops; nobody else does', async () => {
      const topic = await bench().topic();
      const member = await bench().member(topic).start();
      const other = bench().member(topic);
      const place = { topic, partition: 0 };
      expect(await member.consumer.owns(place)).toBe(true);
      expect(await other.consumer.owns(place)).toBe(false);
      expect(await member.consumer.owns({ topic: await bench().topic(), partition: 0 })).toBe(false);
      await member.consumer.stop();
      expect(await member.consumer.owns(place)).toBe(false);
    });

    test('a seek in onAssigned wins over the committed offset', async () => {
      const topic = await bench().topic();
      await bench().send(topic, ['a', 'b', 'c']);
      const first = await bench().member(topic).start();
      await first.consumer.commitOffsets([{ topic, partition: 0, offset: 3, metadata: '' }]);
      await first.consumer.stop();
      const second = bench().member(topic, {
        handlers: { onAssigned: async () => second.consumer.seek({ topic, partition: 0 }, 1) },
      });
      await second.start();
      await second.until(() => second.records.length === 2);
      expect(second.values).toEqual(['b', 'c']);
    });

    test('a seek while running repeats or skips records', async () => {
      const topic = await bench().topic();
      await bench().send(topic, ['a', 'b']);
      const member = await bench().member(topic).start();
      await member.until(() => member.records.length === 2);
      member.consumer.seek({ topic, partition: 0 }, 1);
      await member.until(() => member.records.length === 3);
      expect(member.values).toEqual(['a', 'b', 'b']);
    });

    test('a seek to outside of the log starts at its first record', async () => {
      const topic = await bench().topic();
      await bench().send(topic, ['a', 'b']);
      const member = await bench().member(topic).start();
      await member.until(() => member.records.length === 2);
      member.consumer.seek({ topic, partition: 0 }, 99);
      await member.until(() => member.records.length === 4);
      expect(member.values).toEqual(['a', 'b', 'a', 'b']);
    });

    test('the position is behind what was handled, and behind what nobody will be handed', async () => {
      const topic = await bench().topic({ partitions: 2 });
      const place = { topic, partition: 0 };
      const member = bench().member(topic, { isolation: 'read_committed' });
      await member.start();
      expect(member.consumer.position(place)).toBe(0);
      const behindEnd = async (): Promise<number> => {
        const { high } = await bench().broker.admin.watermarks(place);
        return high - (member.consumer.position(place) ?? 0);
      };
      const producer = bench().broker.producer({ transactionalId: bench().group });
      const aborted = await producer.begin();
      await aborted.send(recordsOf(topic, ['a', 'b']));
      expect(await behindEnd()).toBe(2);
      await aborted.abort();
      await expect.poll(() => member.consumer.position(place)).toBe(3);
      expect(await behindEnd()).toBe(0);
      await bench().send(topic, ['c']);
      await member.until(() => member.records.length === 1);
      await expect.poll(behindEnd).toBe(0);
      await producer.close();
      await member.consumer.stop();
      expect(member.consumer.position(place)).toBeNull();
    });

    test('a member that has stopped cannot commit', async () => {
      const topic = await bench().topic();
      const { consumer } = await bench().member(topic).start();
      await consumer.stop();
      await expect(
        consumer.commitOffsets([{ topic, partition: 0, offset: 1, metadata: '' }]),
      ).rejects.toMatchObject({ code: 'broker.illegal-generation' });
    });
  });
}
