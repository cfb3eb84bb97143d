import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Producer } from '../../../pipeline/broker/index.ts';
import { type Bench, recordsOf } from './bench.ts';

export function transactionCases(bench: Bench): void {
  describe('transactions', () => {
    const place = (topic: string, offset: number) => ({ topic, partition: 0, offset, metadata: 'tx' });

    test('records in several partitions and offsets appear together, on commit', async () => {
      const topic = await bench().topic({ partitions: 2 });
      const { admin } = bench().broker;
      const producer = bench().broker.producer({ transactionalId: `tx-${randomUUID()}` });
      const reader = await bench().member(topic, { isolation: 'read_committed' }).start();
      const dirty = await bench()
        .member(topic, { group: `${bench().group}-dirty` })
        .start();
      const transaction = await producer.begin();
      await transaction.send(recordsOf(topic, ['a'], { partition: 0 }));
      await transaction.send(recordsOf(topic, ['b'], { partition: 1 }));
      await transaction.sendOffsets('input-group', [place(topic, 7)]);
      await dirty.until(() => dirty.records.length === 2);
      expect(reader.values).toEqual([]);
      expect(await admin.committed('input-group', { topic, partition: 0 })).toBeNull();
      await transaction.commit();
      await reader.until(() => reader.records.length === 2);
      expect(reader.values.sort()).toEqual(['a', 'b']);
      expect(await admin.committed('input-group', { topic, partition: 0 })).toEqual({
        offset: 7,
        metadata: 'tx',
      });
      await producer.close();
    });

    test('aborted records are seen by read_uncommitted only, and aborted offsets by nobody', async () => {
      const topic = await bench().topic();
      const producer = bench().broker.producer({ transactionalId: `tx-${randomUUID()}` });
      const aborted = await producer.begin();
      await aborted.send(recordsOf(topic, ['aborted']));
      await aborted.sendOffsets('input-group', [place(topic, 7)]);
      await aborted.abort();
      const kept = await producer.begin();
      await kept.send(recordsOf(topic, ['kept']));
      await kept.commit();
      const reader = await bench().member(topic, { isolation: 'read_committed' }).start();
      const dirty = await bench()
        .member(topic, { group: `${bench().group}-dirty` })
        .start();
      await reader.until(() => reader.records.length === 1);
      await dirty.until(() => dirty.records.length === 2);
      expect(reader.values).toEqual(['kept']);
      expect(dirty.values).toEqual(['aborted', 'kept']);
      expect(await bench().broker.admin.committed('input-group', { topic, partition: 0 })).toBeNull();
      await producer.close();
    });

    test('aborted records of transactions that overlap are seen by nobody, from wherever reading begins', async () => {
      const topic = await bench().topic();
      const { broker } = bench();
      const [early, late] = [0, 1].map(() => broker.producer({ transactionalId: `tx-${randomUUID()}` }));
      const [first, second] = [await early?.begin(), await late?.begin()];
      await first?.send(recordsOf(topic, ['first']));
      await second?.send(recordsOf(topic, ['second']));
      // Kafka's mark of an abort has such a key, too.
      await first?.send([{ topic, partition: 0, key: Buffer.alloc(4), value: Buffer.from('no mark') }]);
      await first?.send(recordsOf(topic, ['first again']));
      // The one that began later ends first.
      await second?.abort();
      await first?.abort();
      await bench().send(topic, ['kept']);
      for (const from of [0, 1, 2, 3]) {
        const values: string[] = [];
        await broker.read({ topic, partition: 0, from, to: Number.MAX_SAFE_INTEGER }, (records) => {
          for (const { value } of records) values.push(String(value));
        });
        expect(values).toEqual(['kept']);
      }
      await Promise.all([early?.close(), late?.close()]);
    });

    test('control markers take offsets, so a reader meets gaps', async () => {
      const topic = await bench().topic();
      const producer = bench().broker.producer({ transactionalId: `tx-${randomUUID()}` });
      for (const value of ['a', 'b']) {
        const transaction = await producer.begin();
        await transaction.send(recordsOf(topic, [value]));
        await transaction.commit();
      }
      const reader = await bench().member(topic, { isolation: 'read_committed' }).start();
      await reader.until(() => reader.records.length === 2);
      expect(reader.records.map(({ offset }) => offset)).toEqual([0, 2]);
      expect((await bench().broker.admin.watermarks({ topic, partition: 0 })).high).toBe(4);
      await producer.close();
    });

    test('read_committed stops before an open transaction, even for later records outside of it', async () => {
      const topic = await bench().topic();
      const producer = bench().broker.producer({ transactionalId: `tx-${randomUUID()}` });
      const reader = await bench().member(topic, { isolation: 'read_committed' }).start();
      await bench().send(topic, ['before']);
      const transaction = await producer.begin();
      await transaction.send(recordsOf(topic, ['inside']));
      await bench().send(topic, ['after']);
      await reader.until(() => reader.records.length === 1);
      expect(reader.values).toEqual(['before']);
      await transaction.commit();
      await reader.until(() => reader.records.length === 3);
      expect(reader.values).toEqual(['before', 'inside', 'after']);
      await producer.close();
    });

    test('a newer producer with the same id aborts what the older left open, and the older one is fenced', async () => {
      const topic = await bench().topic();
      const transactionalId = `tx-${randomUUID()}`;
      const older = bench().broker.producer({ transactionalId });
      const newer = bench().broker.producer({ transactionalId });
      const left = await older.begin();
      await left.send(recordsOf(topic, ['left open']));
      const own = await newer.begin();
      await own.send(recordsOf(topic, ['own']));
      await expect(left.commit()).rejects.toMatchObject({ code: 'broker.fenced' });
      const again = async (): Promise<void> => {
        const transaction = await older.begin();
        await transaction.send(recordsOf(topic, ['zombie']));
        await transaction.commit();
      };
      await expect(again()).rejects.toMatchObject({ code: 'broker.fenced' });
      await own.commit();
      const reader = await bench().member(topic, { isolation: 'read_committed' }).start();
      await reader.until(() => reader.records.length === 1);
      expect(reader.values).toEqual(['own']);
      await newer.close();
    });

    test('offsets alone make a transaction, which fences as well', async () => {
      const topic = await bench().topic();
      const place = { topic, partition: 0 };
      const { admin } = bench().broker;
      const commit = async (producer: Producer, offset: number) => {
        const transaction = await producer.begin();
        await transaction.sendOffsets(bench().group, [{ ...place, offset, metadata: `m${offset}` }]);
        await transaction.commit();
      };
      const older = bench().broker.producer({ transactionalId: topic });
      await commit(older, 1);
      await commit(bench().broker.producer({ transactionalId: topic }), 2);
      await expect(commit(older, 3)).rejects.toMatchObject({ code: 'broker.fenced' });
      // A committed offset shows up some time after its commit (protocol.md H11).
      await expect.poll(() => admin.committed(bench().group, place)).toEqual({ offset: 2, metadata: 'm2' });
    });

    test('a transaction that has ended, and a producer without an id, are refused', async () => {
      const topic = await bench().topic();
      const wrong = { code: 'broker.wrong-state' };
      const producer = bench().broker.producer({ transactionalId: `tx-${randomUUID()}` });
      const transaction = await producer.begin();
      await expect(producer.begin()).rejects.toMatchObject(wrong);
      await transaction.abort();
      await expect(transaction.send(recordsOf(topic, ['x']))).rejects.toMatchObject(wrong);
      await expect(bench().broker.producer().begin()).rejects.toMatchObject(wrong);
      await producer.close();
    });
  });
}
