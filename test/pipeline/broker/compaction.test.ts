import { describe, expect, test } from 'vitest';
import { EmbeddedBroker } from '../../../pipeline/broker/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { BrokerBench, recordsOf } from '../../contracts/broker/bench.ts';

const dayMs = 86_400_000;

function compactedBench(): { bench: BrokerBench; broker: EmbeddedBroker; clock: VirtualClock } {
  const clock = new VirtualClock(1_000 * dayMs);
  const broker = new EmbeddedBroker({ clock, compactAfterRecords: 2, retain: 'consumed' });
  return { bench: new BrokerBench(broker), broker, clock };
}

describe('compacted topics', () => {
  test('older records of a key disappear, the newest stay, and offsets do not change', async () => {
    const { bench } = compactedBench();
    const topic = await bench.topic({ cleanup: 'compact' });
    for (const [key, value] of ['a1', 'b1', 'a2', 'a3', 'c1', 'c2'].map(
      (text) => [text.charAt(0), text] as const,
    )) {
      await bench.send(topic, [value], { key });
    }
    const member = await bench.member(topic).start();
    await member.until(() => member.values.includes('c2'));
    expect(member.values).toEqual(['b1', 'a3', 'c1', 'c2']);
    expect(member.records.map(({ offset }) => offset)).toEqual([1, 3, 4, 5]);
  });

  test('memory stays within a few times the number of keys, however many records come', async () => {
    const { bench, broker } = compactedBench();
    const topic = await bench.topic({ cleanup: 'compact' });
    for (let i = 0; i < 500; i += 1) await bench.send(topic, [`${i}`], { key: `key-${i % 10}` });
    expect(broker.retainedRecords({ topic, partition: 0 })).toBeLessThanOrEqual(40);
  });

  test('a tombstone stays for a day, so that readers see it, and then goes', async () => {
    const { bench, broker, clock } = compactedBench();
    const topic = await bench.topic({ cleanup: 'compact', timestamps: 'LogAppendTime' });
    const producer = broker.producer();
    await bench.send(topic, ['a1'], { key: 'a' });
    await producer.send([{ topic, key: Buffer.from('a'), value: null }]);
    const fill = async (): Promise<void> => {
      for (let i = 0; i < 4; i += 1) await bench.send(topic, ['x'], { key: 'filler' });
    };
    const offsets = async (): Promise<number[]> => {
      const member = await bench.member(topic, { group: `reader-at-${clock.now()}` }).start();
      await broker.idle();
      return member.records.map(({ offset }) => offset);
    };
    await fill();
    expect(await offsets()).toContain(1);
    clock.advanceTo(clock.now() + dayMs);
    await fill();
    expect(await offsets()).not.toContain(1);
  });

  test('a record without a key is refused, and nothing of its batch is written', async () => {
    const { bench, broker } = compactedBench();
    const topic = await bench.topic({ cleanup: 'compact' });
    const batch = [...recordsOf(topic, ['a'], { key: 'a' }), ...recordsOf(topic, ['no key'])];
    await expect(broker.producer().send(batch)).rejects.toMatchObject({ code: 'broker.invalid-record' });
    expect(await broker.admin.watermarks({ topic, partition: 0 })).toEqual({ low: 0, high: 0 });
  });

  test('reading does not trim them, since they are there to be read again', async () => {
    const { bench, broker } = compactedBench();
    const topic = await bench.topic({ cleanup: 'compact' });
    await bench.send(topic, ['a1'], { key: 'a' });
    await bench.member(topic).start();
    await broker.idle();
    expect(broker.retainedRecords({ topic, partition: 0 })).toBe(1);
  });
});
