import { describe, expect, test } from 'vitest';
import { gate } from '../../support/recording-member.ts';
import type { Bench } from './bench.ts';

export function consumerCases(bench: Bench): void {
  describe('consuming', () => {
    test('a new group reads each partition from the log’s start, in order, with its high watermark', async () => {
      const topic = await bench().topic({ partitions: 2 });
      await bench().send(topic, ['a0', 'a1'], { partition: 0 });
      await bench().send(topic, ['b0'], { partition: 1 });
      const member = await bench().member(topic).start();
      await member.until(() => member.records.length === 3);
      await bench().send(topic, ['a2'], { partition: 0 });
      await member.until(() => member.records.length === 4);
      expect(member.valuesOf(0)).toEqual(['a0', 'a1', 'a2']);
      expect(member.valuesOf(1)).toEqual(['b0']);
      const last = member.batches.at(-1);
      expect([last?.records.at(-1)?.offset, last?.highWatermark, last?.epoch]).toEqual([
        2,
        3,
        member.assignment.epoch,
      ]);
    });

    test('a batch holds at most maxBatchRecords', async () => {
      const topic = await bench().topic();
      await bench().send(topic, ['a', 'b', 'c', 'd', 'e']);
      const member = await bench().member(topic, { maxBatchRecords: 2 }).start();
      await member.until(() => member.records.length === 5);
      expect(member.values).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(Math.max(...member.batches.map(({ records }) => records.length))).toBe(2);
    });

    test('a batch holds at most maxBatchBytes of values, but always one record', async () => {
      const topic = await bench().topic();
      const values = ['12345', '12345', '123456789012345', '1'];
      await bench().send(topic, values);
      const member = await bench().member(topic, { maxBatchBytes: 10 }).start();
      await member.until(() => member.records.length === 4);
      expect(member.values).toEqual(values);
      for (const { records } of member.batches) {
        const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
        expect(records.length === 1 || bytes <= 10).toBe(true);
      }
    });

    test('batches of one partition wait for each other, those of different partitions do not', async () => {
      const topic = await bench().topic({ partitions: 2 });
      const held = gate();
      const member = bench().member(topic, {
        maxBatchRecords: 1,
        handlers: { onBatch: ({ partition }) => (partition === 0 ? held.passed : Promise.resolve()) },
      });
      await bench().send(topic, ['a0', 'a1'], { partition: 0 });
      await member.start();
      await member.until(() => member.valuesOf(0).length === 1);
      await bench().send(topic, ['b0', 'b1'], { partition: 1 });
      await member.until(() => member.valuesOf(1).length === 2);
      expect(member.valuesOf(0)).toEqual(['a0']);
      held.open();
      await member.until(() => member.valuesOf(0).length === 2);
    });

    test('a paused partition hands nothing over until it is resumed, the others go on', async () => {
      const topic = await bench().topic({ partitions: 2 });
      const member = bench().member(topic, {
        handlers: { onAssigned: async () => member.consumer.pause([{ topic, partition: 0 }]) },
      });
      await member.start();
      await bench().send(topic, ['a0'], { partition: 0 });
      await bench().send(topic, ['b0'], { partition: 1 });
      await member.until(() => member.values.includes('b0'));
      expect(member.valuesOf(0)).toEqual([]);
      member.consumer.resume([{ topic, partition: 0 }]);
      await member.until(() => member.valuesOf(0).length === 1);
    });

    test('groups read independently of each other', async () => {
      const topic = await bench().topic();
      await bench().send(topic, ['a', 'b']);
      for (const group of [`${bench().group}-1`, `${bench().group}-2`]) {
        const member = await bench().member(topic, { group }).start();
        await member.until(() => member.records.length === 2);
        expect(member.values).toEqual(['a', 'b']);
      }
    });
  });
}
