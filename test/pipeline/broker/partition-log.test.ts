import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PartitionLog } from '../../../pipeline/broker/partition-log.ts';
import { recordsOf, topicSettings } from '../../contracts/broker/bench.ts';

const topic = topicSettings();
const wide = { maxRecords: 1_000, maxBytes: 1_000_000 };

function makeLog(): PartitionLog {
  return new PartitionLog(topic, 0, { compactAfterRecords: 100 });
}

/** Offsets as a reader that starts at `from` meets them, batch by batch, and where it ends. */
function readAll(log: PartitionLog, from: number, limits: { maxRecords: number; isCommittedOnly: boolean }) {
  const offsets: number[] = [];
  let position = from;
  while (log.hasWorkAt(position, limits.isCommittedOnly)) {
    const { records, next } = log.read(position, { maxBytes: wide.maxBytes, ...limits });
    if (next <= position) throw new Error('the reader does not move');
    offsets.push(...records.map(({ offset }) => offset));
    position = next;
  }
  return { offsets, position };
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('append' as const), tx: fc.nat(3) }) },
  fc.record({
    kind: fc.constantFrom('commit' as const, 'abort' as const),
    tx: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ kind: fc.constant('trim' as const), tx: fc.nat(8) }),
);

describe('PartitionLog', () => {
  test('any mix of transactions, trims and batch sizes: a reader meets each visible record once and in order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (steps, maxRecords) => {
        const log = makeLog();
        const ids = [null, {}, {}, {}];
        const open = new Map<number, number[]>();
        const gone = new Set<number>();
        const all: number[] = [];
        for (const { kind, tx } of steps) {
          if (kind === 'trim') log.dropBelow(log.high - tx);
          else if (kind === 'append') {
            for (const record of recordsOf(topic.name, ['x'])) {
              const offset = log.append(record, 0, ids[tx] ?? null);
              all.push(offset);
              if (tx > 0) open.set(tx, [...(open.get(tx) ?? []), offset]);
            }
          } else {
            log.endTransaction(ids[tx] ?? {}, kind === 'commit');
            if (kind === 'abort') for (const offset of open.get(tx) ?? []) gone.add(offset);
            open.delete(tx);
          }
        }
        const stable = Math.min(log.high, ...[...open.values()].flat());
        const kept = all.filter((offset) => offset >= log.low);
        const committed = kept.filter((offset) => offset < stable && !gone.has(offset));
        expect(log.lastStable).toBe(stable);
        expect(readAll(log, 0, { maxRecords, isCommittedOnly: false })).toEqual({
          offsets: kept,
          position: log.high,
        });
        expect(readAll(log, 0, { maxRecords, isCommittedOnly: true })).toEqual({
          offsets: committed,
          position: stable,
        });
        expect(log.retained).toBe(kept.length);
      }),
      { numRuns: 500 },
    );
  });

  test('trimming never passes an open transaction', () => {
    const log = makeLog();
    const transaction = {};
    for (const id of [null, transaction, null])
      for (const r of recordsOf(topic.name, ['x'])) log.append(r, 0, id);
    log.dropBelow(3);
    expect([log.low, log.retained]).toEqual([1, 2]);
    log.endTransaction(transaction, true);
    log.dropBelow(3);
    expect([log.low, log.retained]).toEqual([3, 0]);
  });

  test('a position outside of the log starts over at its first offset', () => {
    const log = makeLog();
    for (const record of recordsOf(topic.name, ['a', 'b', 'c'])) log.append(record, 0, null);
    log.dropBelow(1);
    for (const position of [0, 99]) {
      const { records, next } = log.read(position, { ...wide, isCommittedOnly: false });
      expect([records.map(({ offset }) => offset), next]).toEqual([[1, 2], 3]);
    }
  });

  test('time retention counts from the append, not from the timestamp, and frees within 1/16 of the period', () => {
    const log = new PartitionLog(topicSettings({ retentionMs: 1_600 }), 0, { compactAfterRecords: 100 });
    for (let now = 10_000; now < 20_000; now += 50) {
      for (const record of recordsOf(topic.name, ['x'], { timestamp: 5 })) log.append(record, now, null);
      log.announce(now);
    }
    const oldestKept = 10_000 + 50 * log.low;
    expect(oldestKept).toBeLessThanOrEqual(19_950 - 1_600 + 100);
    expect(oldestKept).toBeGreaterThanOrEqual(19_950 - 1_600 - 100);
    expect(log.retained).toBe(log.high - log.low);
  });
});
