import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Bench, recordsOf, topicSettings } from './bench.ts';

export function topicCases(bench: Bench): void {
  describe('topics', () => {
    test('a topic is created with its partitions, and creating it again changes nothing', async () => {
      const { admin } = bench().broker;
      const topic = await bench().topic({ partitions: 3 });
      await admin.ensureTopics([topicSettings({ name: topic, partitions: 5 })]);
      expect(await admin.partitions(topic)).toBe(3);
      expect(await admin.watermarks({ topic, partition: 2 })).toEqual({ low: 0, high: 0 });
    });

    test('a cluster has one name, whoever asks for it', async () => {
      const { admin } = bench().broker;
      const id = await admin.clusterId();
      expect([id.length > 0, await admin.clusterId()]).toEqual([true, id]);
    });

    test('a topic that does not exist is refused by its code, wherever it is named', async () => {
      const { broker } = bench();
      const unknown = { code: 'broker.unknown-topic' };
      const topic = `missing-${randomUUID()}`;
      await expect(broker.admin.partitions(topic)).rejects.toMatchObject(unknown);
      await expect(broker.producer().send(recordsOf(topic, ['a']))).rejects.toMatchObject(unknown);
      await expect(bench().member(topic).start()).rejects.toMatchObject(unknown);
    });
  });
}

export function producerCases(bench: Bench): void {
  describe('producing', () => {
    test('the answer names every partition written, with its first offset and count', async () => {
      const topic = await bench().topic({ partitions: 2 });
      await bench().send(topic, ['earlier'], { partition: 1 });
      const acknowledged = await bench()
        .broker.producer()
        .send([
          ...recordsOf(topic, ['a', 'b'], { partition: 1 }),
          ...recordsOf(topic, ['c'], { partition: 0 }),
        ]);
      expect([...acknowledged].sort((a, b) => a.partition - b.partition)).toEqual([
        { topic, partition: 0, baseOffset: 0, count: 1 },
        { topic, partition: 1, baseOffset: 1, count: 2 },
      ]);
      expect(await bench().broker.admin.watermarks({ topic, partition: 1 })).toEqual({ low: 0, high: 3 });
      expect(await bench().broker.admin.allWatermarks(topic)).toEqual([
        { low: 0, high: 1 },
        { low: 0, high: 3 },
      ]);
    });

    test('records with one key go to one partition, whoever sends them', async () => {
      const topic = await bench().topic({ partitions: 4 });
      const partitions = new Map<string, Set<number>>();
      for (let round = 0; round < 3; round += 1) {
        const producer = bench().broker.producer();
        for (const key of ['a', 'bb', 'ccc', 'dddd', 'eeeee', 'ffffff', 'ggggggg', 'hhhhhhhh']) {
          const acknowledged = await producer.send(recordsOf(topic, ['x'], { key }));
          const seen = partitions.get(key) ?? new Set();
          for (const { partition } of acknowledged) seen.add(partition);
          partitions.set(key, seen);
        }
        await producer.close();
      }
      expect([...partitions.values()].every(({ size }) => size === 1)).toBe(true);
      expect(new Set([...partitions.values()].flatMap((seen) => [...seen])).size).toBeGreaterThan(1);
    });

    test('key, value, headers and a stated timestamp arrive as they were sent', async () => {
      const topic = await bench().topic();
      const [key, value] = [Buffer.from([0, 1, 255]), Buffer.from([9, 0, 254])];
      const [traced, empty] = ['trace', 'empty'] as const;
      const headers = { [traced]: Buffer.from([7, 0]), [empty]: Buffer.alloc(0) };
      await bench()
        .broker.producer()
        .send([
          { topic, partition: 0, key, value, headers, timestamp: 1_700_000_000_123 },
          { topic, partition: 0, key: null, value: null },
        ]);
      const member = await bench().member(topic).start();
      await member.until(() => member.records.length === 2);
      const [full, bare] = member.records;
      expect(Buffer.from(full?.key ?? []).equals(key)).toBe(true);
      expect(Buffer.from(full?.value ?? []).equals(value)).toBe(true);
      expect(Buffer.from(full?.headers[traced] ?? []).equals(Buffer.from([7, 0]))).toBe(true);
      expect(full?.headers[empty]).toHaveLength(0);
      expect(full?.timestamp).toBe(1_700_000_000_123);
      expect([bare?.key, bare?.value, bare?.headers]).toEqual([null, null, {}]);
    });

    test('a topic with LogAppendTime ignores stated timestamps, and its times never go back', async () => {
      const topic = await bench().topic({ timestamps: 'LogAppendTime' });
      for (const timestamp of [5_000, 1_000, 3_000]) await bench().send(topic, ['x'], { timestamp });
      const member = await bench().member(topic).start();
      await member.until(() => member.records.length === 3);
      const times = member.records.map(({ timestamp }) => timestamp);
      expect(times).not.toContain(1_000);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });

    test('a closed producer refuses to send', async () => {
      const topic = await bench().topic();
      const producer = bench().broker.producer();
      await producer.close();
      await expect(producer.send(recordsOf(topic, ['x']))).rejects.toMatchObject({
        code: 'broker.wrong-state',
      });
    });
  });
}
