import { describe, expect, test } from 'vitest';
import { EmbeddedBroker, type EmbeddedBrokerOptions } from '../../../pipeline/broker/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { BrokerBench } from '../../contracts/broker/bench.ts';

const hourMs = 3_600_000;

async function benchWith(options: Partial<EmbeddedBrokerOptions>) {
  const clock = new VirtualClock(1_700_000_000_000);
  const broker = new EmbeddedBroker({ clock, ...options });
  const bench = new BrokerBench(broker);
  const topic = await bench.topic({ retentionMs: hourMs });
  const place = { topic, partition: 0 };
  return { clock, broker, bench, topic, place, retained: () => broker.retainedRecords(place) };
}

describe('what the embedded broker keeps', () => {
  test('deleteRecordsBefore frees memory, moves the low watermark, and readers begin behind it', async () => {
    const { broker, bench, topic, place, retained } = await benchWith({});
    await bench.send(topic, ['a', 'b', 'c']);
    broker.deleteRecordsBefore(place, 2);
    expect(await broker.admin.watermarks(place)).toEqual({ low: 2, high: 3 });
    expect(retained()).toBe(1);
    const member = await bench.member(topic).start();
    await broker.idle();
    expect(member.records.map(({ offset }) => offset)).toEqual([2]);
    broker.deleteRecordsBefore(place, 99);
    expect(await broker.admin.watermarks(place)).toEqual({ low: 3, high: 3 });
    expect(retained()).toBe(0);
  });

  test('records older than the retention time go with the next append, read or not', async () => {
    const { clock, bench, topic, retained } = await benchWith({});
    await bench.send(topic, ['old', 'old']);
    clock.advanceTo(clock.now() + hourMs);
    await bench.send(topic, ['new']);
    expect(retained()).toBe(1);
  });

  describe('retain: all', () => {
    test('what was read and committed stays', async () => {
      const { broker, bench, topic, retained } = await benchWith({ retain: 'all', maxRetainedRecords: 1 });
      const { consumer } = await bench.member(topic).start();
      await bench.send(topic, ['a', 'b', 'c']);
      await broker.idle();
      await consumer.commitOffsets([{ topic, partition: 0, offset: 3, metadata: '' }]);
      expect(retained()).toBe(3);
    });
  });

  describe('retain: consumed', () => {
    test('memory returns to the floor when every group has handled everything', async () => {
      const { broker, bench, topic, retained } = await benchWith({ retain: 'consumed' });
      await bench.member(topic, { group: 'one' }).start();
      const slow = await bench.member(topic, { group: 'two', maxBatchRecords: 2 }).start();
      slow.consumer.pause([{ topic, partition: 0 }]);
      await bench.send(topic, ['a', 'b', 'c']);
      await broker.idle();
      expect(retained()).toBe(3);
      slow.consumer.resume([{ topic, partition: 0 }]);
      await broker.idle();
      expect(slow.values).toEqual(['a', 'b', 'c']);
      expect(retained()).toBe(0);
    });

    test('a batch is kept until its handler is done with it', async () => {
      const during: number[] = [];
      const { broker, bench, topic, retained } = await benchWith({ retain: 'consumed' });
      await bench.member(topic, { handlers: { onBatch: async () => void during.push(retained()) } }).start();
      await bench.send(topic, ['a', 'b']);
      await broker.idle();
      expect([during, retained()]).toEqual([[2], 0]);
    });

    test('a batch whose handler failed is kept for the next member', async () => {
      const { broker, bench, topic } = await benchWith({ retain: 'consumed' });
      await bench.member(topic, { handlers: { onBatch: () => Promise.reject(new Error('broken')) } }).start();
      await bench.send(topic, ['a', 'b']);
      await broker.idle();
      const next = await bench.member(topic).start();
      await broker.idle();
      expect(next.values).toEqual(['a', 'b']);
    });

    test('a group without living members still counts, and finds what it has not handled', async () => {
      const { broker, bench, topic } = await benchWith({ retain: 'consumed' });
      const first = await bench.member(topic, { group: 'away' }).start();
      await bench.send(topic, ['a']);
      await broker.idle();
      await first.consumer.stop();
      await bench.member(topic, { group: 'other' }).start();
      await bench.send(topic, ['b']);
      await broker.idle();
      const second = await bench.member(topic, { group: 'away' }).start();
      await broker.idle();
      expect(second.values).toEqual(['b']);
    });

    test('a topic that nobody reads keeps its newest records only', async () => {
      const { bench, topic, retained } = await benchWith({ retain: 'consumed', maxRetainedRecords: 8 });
      for (let i = 0; i < 100; i += 1) await bench.send(topic, [`${i}`]);
      expect(retained()).toBeLessThanOrEqual(10);
      const member = await bench.member(topic).start();
      await member.until(() => member.values.includes('99'));
      expect(member.records.length).toBeGreaterThanOrEqual(8);
    });
  });

  describe('retain: committed', () => {
    test('records stay until every group has committed past them', async () => {
      const { broker, bench, topic, retained } = await benchWith({ retain: 'committed' });
      const { consumer } = await bench.member(topic, { group: 'one' }).start();
      const other = await bench.member(topic, { group: 'two' }).start();
      await bench.send(topic, ['a', 'b', 'c']);
      await broker.idle();
      expect(retained()).toBe(3);
      await consumer.commitOffsets([{ topic, partition: 0, offset: 3, metadata: '' }]);
      expect(retained()).toBe(3);
      await other.consumer.commitOffsets([{ topic, partition: 0, offset: 2, metadata: '' }]);
      expect(retained()).toBe(1);
    });

    test('offsets committed in a transaction count like others', async () => {
      const { broker, bench, topic, retained } = await benchWith({ retain: 'committed' });
      await bench.member(topic).start();
      await bench.send(topic, ['a', 'b']);
      const transaction = await broker.producer({ transactionalId: 'tx' }).begin();
      await transaction.sendOffsets(bench.group, [{ topic, partition: 0, offset: 2, metadata: '' }]);
      expect(retained()).toBe(2);
      await transaction.commit();
      expect(retained()).toBe(0);
    });
  });
});
