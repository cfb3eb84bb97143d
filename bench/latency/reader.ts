import { randomUUID } from 'node:crypto';
import { knownRunKey } from '../../operators/dedupe/rows.ts';
import type { Broker, LogRecord } from '../../pipeline/broker/index.ts';
import { framedLength } from '../../pipeline/registry/index.ts';
import { codecs } from '../../schemas/avro/index.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { comparePlaces, type Origin } from '../../schemas/place.ts';
import { topics } from '../../schemas/topics.ts';

/** One sight of an alert: when it was due, and how long after that a reader had it. */
export interface Sight {
  readonly dueAt: EventTimeMs;
  readonly latencyMs: number;
}

export interface Reading {
  readonly sights: Sight[];
  stop(): Promise<void>;
}

/** When an alert was due that a record tells for the first time; null for what else it tells. */
type DueAt = (record: LogRecord, topic: string, partition: number) => EventTimeMs | null;

/** Reads the raw topic itself: what no worker can be quicker than. */
export function readRaw(broker: Broker): Promise<Reading> {
  return read(broker, [topics.raw.name], ({ value }) => dueInId(value));
}

/** Reads what RELATE tells of new occurrences, suppressed or not; what is told again after a crash does not count. */
export function readTold(broker: Broker): Promise<Reading> {
  const marks = new Map<string, Origin>();
  return read(broker, [topics.enriched.name, topics.suppressed.name], ({ value }, topic, partition) => {
    const { origin, emitReason, firstSeen } = codecs.enriched.decode(value ?? new Uint8Array(), framedLength);
    const mark = marks.get(`${topic}/${partition}`);
    if (mark !== undefined && comparePlaces(origin, mark) <= 0) return null;
    marks.set(`${topic}/${partition}`, origin);
    return emitReason === 'first' ? firstSeen : null;
  });
}

/** Reads what REDUCE states of new runs; what is stated again, with more in it or after a crash, does not count. */
export function readReduced(broker: Broker): Promise<Reading> {
  const seen = new Set<string>();
  return read(broker, [topics.reduced.name], ({ key, value }) => {
    // Heartbeats have no key.
    if (key === null) return null;
    const fact = codecs.reduced.decode(value ?? new Uint8Array(), framedLength);
    if (fact.kind !== 'partial') return null;
    const run = knownRunKey(fact);
    if (seen.has(run)) return null;
    seen.add(run);
    return fact.first;
  });
}

const idBytes = String(Date.now()).length;

/** The id is the last field on the wire, and names the time: the rest need not be decoded. */
function dueInId(value: Uint8Array | null): EventTimeMs {
  return Number(Buffer.from(value?.subarray(-idBytes) ?? []).toString('latin1'));
}

async function read(broker: Broker, names: readonly string[], dueAt: DueAt): Promise<Reading> {
  const sights: Sight[] = [];
  const consumer = broker.consumer({
    ...{ group: `bench-latency-${randomUUID()}`, topics: names },
    ...{ maxBatchRecords: 10_000, maxBatchBytes: 1 << 20, isolation: 'read_committed' },
  });
  await consumer.start({
    onAssigned: async (assigned) => {
      for (const place of assigned) consumer.seek(place, (await broker.admin.watermarks(place)).high);
    },
    onRevoked: async () => {},
    onBatch: async ({ topic, partition, records }) => {
      const now = Date.now();
      for (const record of records) {
        const due = dueAt(record, topic, partition);
        if (due !== null) sights.push({ dueAt: due, latencyMs: now - due });
      }
    },
    onFailure: (error) => {
      throw error;
    },
  });
  return { sights, stop: () => consumer.stop() };
}
