import { describe, expect, test } from 'vitest';
import { type Bench, recordsOf } from './bench.ts';

export function readingCases(bench: Bench): void {
  describe('reading a range', () => {
    const read = async (topic: string, from: number, to: number, partition = 0) => {
      const found: string[] = [];
      await bench().broker.read({ topic, partition, from, to }, (records) => {
        for (const { offset, value } of records) found.push(`${offset}:${String(Buffer.from(value ?? []))}`);
      });
      return found;
    };

    test('hands over what lies in it, in order', async () => {
      const topic = await bench().topic({ partitions: 2 });
      await bench().send(topic, ['a', 'b', 'c', 'd']);
      await bench().send(topic, ['x'], { partition: 1 });
      expect(await read(topic, 1, 3)).toEqual(['1:b', '2:c']);
      expect(await read(topic, 0, 1, 1)).toEqual(['0:x']);
    });

    test('ends with the log, and is done at once where nothing is', async () => {
      const topic = await bench().topic();
      expect(await read(topic, 0, 10)).toEqual([]);
      await bench().send(topic, ['a', 'b']);
      expect(await read(topic, 1, 10)).toEqual(['1:b']);
      expect(await read(topic, 2, 10)).toEqual([]);
    });

    test('passes over what was aborted, and over markers', async () => {
      const topic = await bench().topic();
      const producer = bench().broker.producer({ transactionalId: topic });
      const aborted = await producer.begin();
      await aborted.send(recordsOf(topic, ['gone']));
      await aborted.abort();
      const committed = await producer.begin();
      await committed.send(recordsOf(topic, ['kept']));
      await committed.commit();
      await producer.close();
      expect(await read(topic, 0, 10)).toEqual(['2:kept']);
      expect(await read(topic, 3, 10)).toEqual([]);
    });

    test('is a failure when the handler fails', async () => {
      const topic = await bench().topic();
      await bench().send(topic, ['a']);
      const refused = bench().broker.read({ topic, partition: 0, from: 0, to: 1 }, () => {
        throw new Error('no use for it');
      });
      await expect(refused).rejects.toThrow('no use for it');
    });
  });
}
