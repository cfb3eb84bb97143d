import { beforeEach, describe, expect, test } from 'vitest';
import type { Batch, LogRecord } from '../../../../pipeline/broker/index.ts';
import { type Fetched, KafkaReader } from '../../../../pipeline/broker/kafka/kafka-reader.ts';
import { gate } from '../../../support/recording-member.ts';

const low = 3;

/** What a reader asks for, and a log that begins at `low`. */
class RecordedFeed {
  readonly calls: string[] = [];
  pause(): void {
    this.calls.push('pause');
  }
  resume(): void {
    this.calls.push('resume');
  }
  seek(offset: number): void {
    this.calls.push(`seek ${offset}`);
  }
  async clamp(offset: number): Promise<number> {
    return Math.max(offset, low);
  }
}

function logRecord(offset: number, bytes = 1): LogRecord {
  return { offset, timestamp: 0, key: null, value: new Uint8Array(bytes), headers: {} };
}

/** A fetch from `fetched` that brought the records at these offsets. */
function fetch(fetched: number, offsets: readonly number[], next = (offsets.at(-1) ?? fetched) + 1): Fetched {
  return { fetched, next, records: offsets.map((offset) => logRecord(offset)), highWatermark: 100 };
}

/** Lets promises that are ready settle. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
}

describe('KafkaReader', () => {
  let feed: RecordedFeed;
  let batches: Batch[];
  let work: (batch: Batch) => Promise<void>;
  let failures: unknown[];
  const offsets = (): number[][] => batches.map(({ records }) => records.map(({ offset }) => offset));

  beforeEach(() => {
    feed = new RecordedFeed();
    batches = [];
    failures = [];
    work = async () => undefined;
  });

  async function reading(position: number): Promise<KafkaReader> {
    const reader = new KafkaReader(
      {
        topic: 't',
        partition: 0,
        epoch: 7,
        maxBatchRecords: 3,
        maxBatchBytes: 1_000_000,
        feed,
        onBatch: async (batch) => {
          batches.push(batch);
          await work(batch);
        },
        onFailure: (error) => failures.push(error),
      },
      position,
    );
    await reader.open();
    return reader;
  }

  test('it starts where it is told, or at the log’s start', async () => {
    await reading(10);
    await reading(0);
    expect(feed.calls).toEqual(['seek 10', `seek ${low}`]);
  });

  test('what cannot be read fails the consumer once everything before it was handed over', async () => {
    const reader = await reading(5);
    const held = gate();
    work = () => held.passed;
    reader.accept(fetch(5, [5, 6, 7, 8]));
    reader.block(9, new Error('packed'));
    await settle();
    expect([offsets(), failures]).toEqual([[[5, 6, 7]], []]);
    expect(feed.calls.at(-1)).toBe('pause');
    held.open();
    await settle();
    expect(offsets()).toEqual([[5, 6, 7], [8]]);
    expect(failures).toEqual([new Error('packed')]);
    expect(feed.calls).not.toContain('resume');
  });

  test('what cannot be read is no matter when reading has gone elsewhere, or goes there', async () => {
    const reader = await reading(5);
    reader.block(9, new Error('of an older fetch'));
    reader.pause();
    reader.accept(fetch(5, [5]));
    reader.block(6, new Error('packed'));
    reader.seek(7);
    await settle();
    reader.resume();
    reader.accept(fetch(7, [7]));
    await settle();
    expect([offsets(), failures]).toEqual([[[7]], []]);
    expect(feed.calls.at(-1)).toBe('resume');
  });

  test('batches are cut from what was fetched, one after another', async () => {
    const held = gate();
    work = () => held.passed;
    const reader = await reading(10);
    reader.accept(fetch(10, [10, 11, 12, 13]));
    await settle();
    expect(offsets()).toEqual([[10, 11, 12]]);
    expect(reader.handled).toBe(10);
    held.open();
    await settle();
    expect(offsets()).toEqual([[10, 11, 12], [13]]);
    expect(reader.handled).toBe(14);
  });

  describe('a fetch that does not start where the last one ended', () => {
    test('is not taken, and the right one is asked for', async () => {
      const reader = await reading(10);
      reader.accept(fetch(10, [10, 11]));
      // Fetched before a seek, or under an older assignment.
      reader.accept(fetch(5, [5, 6, 7]));
      await settle();
      expect(feed.calls).toEqual(['seek 10', 'seek 12']);
      reader.accept(fetch(12, [12]));
      await settle();
      expect(offsets().flat()).toEqual([10, 11, 12]);
    });

    test('is not taken when it lies ahead: no record is skipped', async () => {
      const reader = await reading(10);
      reader.accept(fetch(20, [20]));
      await settle();
      reader.accept(fetch(10, [10]));
      await settle();
      expect(offsets().flat()).toEqual([10]);
    });

    test('what comes while the right one is being asked for is not taken either', async () => {
      const reader = await reading(10);
      reader.accept(fetch(20, [20]));
      reader.accept(fetch(20, [20]));
      await settle();
      expect(feed.calls).toEqual(['seek 10', 'seek 10']);
      expect(batches).toEqual([]);
    });

    test('a fetch may begin with a gap: compaction leaves them', async () => {
      const reader = await reading(10);
      reader.accept(fetch(10, [14, 15]));
      await settle();
      expect(offsets().flat()).toEqual([14, 15]);
    });
  });

  describe('a fetch of markers only', () => {
    test('moves the position behind them', async () => {
      const reader = await reading(10);
      reader.accept(fetch(10, [10]));
      await settle();
      reader.skip(11, 12);
      expect(reader.handled).toBe(13);
      reader.accept(fetch(13, [13]));
      await settle();
      expect(offsets().flat()).toEqual([10, 13]);
    });

    test('of an older assignment moves nothing', async () => {
      const reader = await reading(10);
      reader.accept(fetch(10, [10]));
      await settle();
      reader.skip(4, 5);
      reader.skip(20, 21);
      expect(reader.handled).toBe(11);
    });

    test('behind a gap is believed once it was fetched from the right place', async () => {
      const reader = await reading(10);
      reader.accept(fetch(10, [10]));
      reader.skip(15, 16);
      reader.accept(fetch(17, [17]));
      await settle();
      expect(feed.calls).toEqual(['seek 10', 'seek 11']);
      reader.skip(15, 16);
      reader.accept(fetch(17, [17]));
      await settle();
      expect(offsets().flat()).toEqual([10, 17]);
    });
  });

  test('an offset that the log lost is replaced by the log’s start', async () => {
    const reader = await reading(10);
    feed.clamp = async () => 50;
    reader.outOfRange();
    await settle();
    reader.accept(fetch(50, [50]));
    await settle();
    expect(offsets().flat()).toEqual([50]);
  });

  test('a seek throws away what is buffered, not the batch in flight', async () => {
    const held = gate();
    work = () => held.passed;
    const reader = await reading(10);
    reader.accept(fetch(10, [10, 11, 12, 13]));
    await settle();
    reader.seek(11);
    held.open();
    await settle();
    reader.accept(fetch(11, [11]));
    await settle();
    expect(offsets()).toEqual([[10, 11, 12], [11]]);
    expect(reader.handled).toBe(12);
  });

  test('fetching stops while a megabyte waits, and goes on when half of it is gone', async () => {
    const held = gate();
    work = () => held.passed;
    const reader = await reading(10);
    const large = [10, 11, 12, 13, 14, 15].map((offset) => logRecord(offset, 300_000));
    reader.accept({ fetched: 10, next: 16, records: large, highWatermark: 100 });
    expect(feed.calls).toEqual(['seek 10', 'pause']);
    held.open();
    await settle();
    expect(feed.calls).toEqual(['seek 10', 'pause', 'resume']);
    expect(offsets().flat()).toEqual([10, 11, 12, 13, 14, 15]);
  });

  test('a paused reader keeps what it fetched', async () => {
    const reader = await reading(10);
    reader.pause();
    reader.accept(fetch(10, [10]));
    await settle();
    expect(batches).toEqual([]);
    expect(reader.handled).toBe(10);
    reader.resume();
    await settle();
    expect(offsets().flat()).toEqual([10]);
  });

  test('closing waits for the batch in flight; after it nothing is handed over', async () => {
    const held = gate();
    work = () => held.passed;
    const reader = await reading(10);
    reader.accept(fetch(10, [10, 11, 12, 13]));
    await settle();
    const order: string[] = [];
    const closed = reader.close().then(() => order.push('closed'));
    order.push('let go');
    held.open();
    await closed;
    reader.accept(fetch(14, [14]));
    await settle();
    expect(order).toEqual(['let go', 'closed']);
    expect(offsets()).toEqual([[10, 11, 12]]);
  });

  test('a handler that fails ends the reader', async () => {
    work = () => Promise.reject(new Error('broken'));
    const reader = await reading(10);
    reader.accept(fetch(10, [10, 11, 12, 13]));
    await settle();
    expect(failures).toEqual([new Error('broken')]);
    expect(batches).toHaveLength(1);
    await reader.close();
  });
});
