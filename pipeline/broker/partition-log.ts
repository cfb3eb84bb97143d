import type { EventTimeMs } from '../../schemas/brand.ts';
import { type LogRecord, noHeaders, type ProduceRecord, type TopicSettings } from './broker.ts';
import { compact } from './compaction.ts';
import { RecordStore } from './record-store.ts';
import { RetentionMarks } from './retention-marks.ts';

export interface LogLimits {
  /** A compacted partition is cleaned when this many records came since the last cleaning; these stay uncleaned. */
  readonly compactAfterRecords: number;
}

export interface ReadLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly isCommittedOnly: boolean;
}

export interface Slice {
  readonly records: LogRecord[];
  /** Where the next read continues; behind markers and aborted records that were stepped over. */
  readonly next: number;
}

/**
 * One partition: records, the open and aborted transactions in it, and who waits for more. The high watermark equals
 * the log's end: there are no replicas to wait for. Invariant: low ≤ lastStable ≤ high.
 */
export class PartitionLog {
  readonly partition: number;
  #topic: TopicSettings;
  readonly #limits: LogLimits;
  readonly #store = new RecordStore();
  readonly #marks: RetentionMarks;
  /** First offset of each open transaction, by its identity; read_committed stops at the smallest. */
  readonly #open = new Map<object, number[]>();
  readonly #aborted = new Set<number>();
  readonly #watchers = new Set<() => void>();
  #low = 0;
  #high = 0;
  #lastAppendMs: EventTimeMs = 0;
  #cleanedBelow = 0;

  constructor(topic: TopicSettings, partition: number, limits: LogLimits) {
    this.#topic = topic;
    this.partition = partition;
    this.#limits = limits;
    this.#marks = new RetentionMarks(topic.retentionMs);
  }

  get topic(): TopicSettings {
    return this.#topic;
  }

  get low(): number {
    return this.#low;
  }

  get high(): number {
    return this.#high;
  }

  /** Records kept in memory (offsets minus gaps). */
  get retained(): number {
    return this.#store.length;
  }

  /** Last stable offset: read_committed sees nothing at or after it. */
  get lastStable(): number {
    let stable = this.#high;
    for (const [first] of this.#open.values()) if (first !== undefined && first < stable) stable = first;
    return stable;
  }

  /** Whether a reader at `position` has anything to do: read on, or start over after it fell out of the log. */
  hasWorkAt(position: number, isCommittedOnly: boolean): boolean {
    return position > this.#high || position < (isCommittedOnly ? this.lastStable : this.#high);
  }

  /** Appends one record; the caller calls `announce` after the last one of its batch. */
  append(record: ProduceRecord, now: EventTimeMs, transaction: object | null): number {
    const offset = this.#high++;
    this.#store.push({
      offset,
      timestamp: this.#timestamp(record, now),
      key: record.key,
      value: record.value,
      headers: record.headers ?? noHeaders,
    });
    if (transaction !== null) {
      const offsets = this.#open.get(transaction);
      if (offsets === undefined) this.#open.set(transaction, [offset]);
      else offsets.push(offset);
    }
    return offset;
  }

  /** Ends a transaction in this partition with a control marker, which takes an offset of its own as in Kafka. */
  endTransaction(transaction: object, isCommitted: boolean): void {
    const offsets = this.#open.get(transaction);
    if (offsets === undefined) return;
    this.#open.delete(transaction);
    if (!isCommitted) for (const offset of offsets) this.#aborted.add(offset);
    this.#high += 1;
  }

  /** Does the housekeeping after an append and wakes the waiting readers. */
  announce(now: EventTimeMs): void {
    this.#marks.note(this.#high, now);
    if (this.topic.cleanup !== 'compact') this.dropBelow(this.#marks.takeExpired(now) ?? 0);
    if (this.topic.cleanup !== 'delete') this.#compactIfDue(now);
    for (const wake of this.#watchers) wake();
  }

  /** Reads from `from`; a position outside the log starts over at its first offset (auto.offset.reset = earliest). */
  read(from: number, limits: ReadLimits): Slice {
    const end = limits.isCommittedOnly ? this.lastStable : this.#high;
    const position = from < this.#low || from > this.#high ? this.#low : from;
    const start = this.#store.indexOf(position);
    let stop = start;
    let bytes = 0;
    for (
      let next = this.#store.at(stop);
      next !== undefined && next.offset < end;
      next = this.#store.at(++stop)
    ) {
      bytes += next.value === null ? 0 : next.value.length;
      if (stop - start >= limits.maxRecords || (bytes > limits.maxBytes && stop > start)) break;
    }
    const records = this.#store.slice(start, stop);
    // An aborted record counts towards the limits, which only makes a batch smaller than it could be.
    const visible =
      limits.isCommittedOnly && this.#aborted.size > 0
        ? records.filter((record) => !this.#aborted.has(record.offset))
        : records;
    const following = this.#store.at(stop)?.offset ?? end;
    return { records: visible, next: Math.max(Math.min(following, end), position) };
  }

  /** Frees everything below `offset` (never past the last stable offset); gone offsets are never reused. */
  dropBelow(offset: number): void {
    const low = Math.min(offset, this.lastStable);
    if (low <= this.#low) return;
    this.#low = low;
    this.#store.dropFirst(this.#store.indexOf(low));
    if (this.#aborted.size > 0) for (const gone of this.#aborted) if (gone < low) this.#aborted.delete(gone);
  }

  /** Offset below which only the newest `count` records stay. */
  offsetOfNewest(count: number): number {
    return this.#store.at(Math.max(0, this.#store.length - count))?.offset ?? this.#high;
  }

  /** Follows other settings from the next append on. */
  alter(topic: TopicSettings): void {
    this.#topic = topic;
    this.#marks.retentionMs = topic.retentionMs;
  }

  watch(wake: () => void): void {
    this.#watchers.add(wake);
  }

  unwatch(wake: () => void): void {
    this.#watchers.delete(wake);
  }

  #timestamp(record: ProduceRecord, now: EventTimeMs): EventTimeMs {
    if (this.topic.timestamps === 'CreateTime') return record.timestamp ?? now;
    // The append time never goes back inside a partition, even when the clock does: shards read it as `at`.
    if (now > this.#lastAppendMs) this.#lastAppendMs = now;
    return this.#lastAppendMs;
  }

  /** Cleans all but the newest records, in amortised linear time, like Kafka's cleaner leaves the active segment alone. */
  #compactIfDue(now: EventTimeMs): void {
    const after = this.#limits.compactAfterRecords;
    const uncleaned = this.#store.length - this.#store.indexOf(this.#cleanedBelow);
    if (uncleaned < Math.max(2 * after, this.#store.length / 2)) return;
    const boundary = Math.min(this.offsetOfNewest(after), this.lastStable);
    const split = this.#store.indexOf(boundary);
    const old = this.#store.slice(0, split).filter((record) => !this.#aborted.has(record.offset));
    this.#store.replaceAll([...compact(old, now), ...this.#store.slice(split, this.#store.length)]);
    for (const gone of this.#aborted) if (gone < boundary) this.#aborted.delete(gone);
    this.#cleanedBelow = boundary;
  }
}
