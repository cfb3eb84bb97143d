import type { Clock } from '../time/index.ts';
import type { Acknowledged, ProduceRecord } from './broker.ts';
import type { PartitionLog } from './partition-log.ts';
import type { Retainer } from './retainer.ts';
import type { TopicCatalog } from './topic-catalog.ts';

interface Tally {
  readonly baseOffset: number;
  count: number;
}

/** Writes batches into the logs: the one path of plain and transactional sends. */
export class Appender {
  readonly #catalog: TopicCatalog;
  readonly #clock: Clock;
  readonly #retainer: Retainer;

  constructor(catalog: TopicCatalog, clock: Clock, retainer: Retainer) {
    this.#catalog = catalog;
    this.#clock = clock;
    this.#retainer = retainer;
  }

  /**
   * Appends all records, or none when one of them has no place to go (`broker.unknown-topic`, `broker.invalid-record`).
   * Synchronous, so nothing comes between two records of a batch and their offsets have no gaps.
   */
  append(records: readonly ProduceRecord[], transaction: object | null): Acknowledged[] {
    const logs = records.map((record) => this.#catalog.logFor(record));
    const now = this.#clock.now();
    const tallies = new Map<PartitionLog, Tally>();
    let lastLog: PartitionLog | undefined;
    let tally: Tally | undefined;
    for (const [i, record] of records.entries()) {
      const log = logs[i];
      if (log === undefined) continue;
      const offset = log.append(record, now, transaction);
      if (log !== lastLog) {
        lastLog = log;
        tally = tallies.get(log);
      }
      if (tally === undefined) {
        tally = { baseOffset: offset, count: 1 };
        tallies.set(log, tally);
      } else tally.count += 1;
    }
    return Array.from(tallies, ([log, { baseOffset, count }]) => {
      this.#announce(log, now);
      return { topic: log.topic.name, partition: log.partition, baseOffset, count };
    });
  }

  /** Writes the control markers of a transaction's end, in one tick for all its partitions. */
  endTransaction(transaction: object, logs: Iterable<PartitionLog>, isCommitted: boolean): void {
    const now = this.#clock.now();
    const ended = [...logs];
    for (const log of ended) log.endTransaction(transaction, isCommitted);
    for (const log of ended) this.#announce(log, now);
  }

  #announce(log: PartitionLog, now: number): void {
    log.announce(now);
    this.#retainer.afterAppend(log);
  }
}
