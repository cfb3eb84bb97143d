import type { LogRecord } from '../../../pipeline/broker/index.ts';
import type { LogVisitor } from './read-log.ts';

/** What is done with the records of all partitions, one after another in the order of their time. */
export interface MergedVisitor {
  /** Awaited before any of the records is stepped. */
  prepare(records: readonly LogRecord[]): Promise<void>;
  step(record: LogRecord, partition: number): void;
}

interface Queue {
  records: readonly LogRecord[];
  next: number;
  isOver: boolean;
  /** Lets the partition's next batch come. */
  release: () => void;
}

/**
 * Merges the partitions of a topic by time while they are read. It holds one batch of each: a partition that is ahead waits
 * until the others have come as far.
 */
export class Merge implements LogVisitor {
  readonly #queues: readonly Queue[];
  readonly #visitor: MergedVisitor;

  constructor(partitions: number, visitor: MergedVisitor) {
    this.#visitor = visitor;
    this.#queues = Array.from({ length: partitions }, () => ({
      records: [],
      next: 0,
      isOver: false,
      release: () => {},
    }));
  }

  async onRecords(records: readonly LogRecord[], partition: number): Promise<void> {
    await this.#visitor.prepare(records);
    const queue = this.#queues[partition];
    if (queue === undefined) throw new Error(`partition ${partition} was not there at the start`);
    const worked = new Promise<void>((resolve) =>
      Object.assign(queue, { records, next: 0, release: resolve }),
    );
    this.#step();
    await worked;
  }

  onEnd(partition: number): void {
    const queue = this.#queues[partition];
    if (queue !== undefined) queue.isOver = true;
    this.#step();
  }

  #step(): void {
    for (let earliest = this.#earliest(); earliest !== null; earliest = this.#earliest()) {
      const { queue, record, partition } = earliest;
      queue.next += 1;
      this.#visitor.step(record, partition);
      if (queue.next === queue.records.length) queue.release();
    }
  }

  /** Null while a partition that is not over has nothing here: its next record may be earlier than all others. */
  #earliest() {
    let earliest: { queue: Queue; record: LogRecord; partition: number } | null = null;
    for (const [partition, queue] of this.#queues.entries()) {
      const record = queue.records[queue.next];
      if (record === undefined && !queue.isOver) return null;
      if (record === undefined) continue;
      if (earliest === null || record.timestamp < earliest.record.timestamp)
        earliest = { queue, record, partition };
    }
    return earliest;
  }
}
