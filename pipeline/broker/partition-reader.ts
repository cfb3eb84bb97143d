import type { Batch } from './broker.ts';
import type { Deliverable, Delivery } from './delivery.ts';
import type { PartitionLog, ReadLimits } from './partition-log.ts';

export interface ReaderOptions {
  readonly log: PartitionLog;
  readonly epoch: number;
  readonly position: number;
  readonly limits: ReadLimits;
  readonly delivery: Delivery;
  readonly onBatch: (batch: Batch) => Promise<void>;
  /** The group has handled everything below `position`. */
  readonly onProgress: (log: PartitionLog, position: number) => void;
  readonly onFailure: (error: unknown) => void;
}

/**
 * One partition as one assignment reads it:
 *
 *   idle ──wake──▶ queued ──deliver──▶ busy ──onBatch settles──▶ idle, or queued again when there is more
 *
 * Queued and busy readers hold the delivery. A reader is open from `open()` to `close()`; a closed one finishes the
 * batch it is at and hands nothing over any more.
 */
export class PartitionReader implements Deliverable {
  readonly #options: ReaderOptions;
  #state: 'idle' | 'queued' | 'busy' = 'idle';
  #position: number;
  #handled: number;
  #isOpen = false;
  #isPaused = false;
  #whenSettled: (() => void)[] = [];

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#position = options.position;
    this.#handled = options.position;
  }

  /** Next offset that has not been handled; behind a batch in flight it is that batch's first. */
  get handled(): number {
    return this.#handled;
  }

  open(): void {
    this.#isOpen = true;
    this.#options.log.watch(this.#wake);
    this.#wake();
  }

  /** Hands nothing over any more; resolves when the batch in flight has settled. */
  close(): Promise<void> {
    this.#isOpen = false;
    this.#options.log.unwatch(this.#wake);
    if (this.#state !== 'busy') return Promise.resolve();
    return new Promise((resolve) => this.#whenSettled.push(resolve));
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#wake();
  }

  seek(offset: number): void {
    this.#position = offset;
    if (this.#state !== 'busy') this.#progress();
    this.#wake();
  }

  deliver(): number {
    const { log, limits, epoch, onBatch } = this.#options;
    if (!this.#hasWork()) return this.#rest();
    const { records, next } = log.read(this.#position, limits);
    this.#position = next;
    if (records.length === 0) {
      this.#progress();
      return this.#rest();
    }
    this.#state = 'busy';
    const { topic, partition } = { topic: log.topic.name, partition: log.partition };
    const batch: Batch = { topic, partition, epoch, records, highWatermark: log.high };
    settled(onBatch, batch).then(this.#onSettled, this.#onRejected);
    return records.length;
  }

  readonly #wake = (): void => {
    if (this.#state !== 'idle' || !this.#hasWork()) return;
    this.#state = 'queued';
    this.#options.delivery.hold();
    this.#options.delivery.enqueue(this);
  };

  #hasWork(): boolean {
    const { log, limits } = this.#options;
    return this.#isOpen && !this.#isPaused && log.hasWorkAt(this.#position, limits.isCommittedOnly);
  }

  readonly #onSettled = (): void => {
    // A seek during the batch has moved the position already; then the group stands there, not behind the batch.
    this.#progress();
    this.#settle();
    if (this.#hasWork()) {
      this.#state = 'queued';
      this.#options.delivery.enqueue(this);
    } else this.#rest();
  };

  readonly #onRejected = (error: unknown): void => {
    this.#isOpen = false;
    this.#state = 'idle';
    this.#settle();
    // Released last: the consumer holds the delivery while it fails, and `idle` must not find a moment between the two.
    this.#options.onFailure(error);
    this.#options.delivery.release();
  };

  #progress(): void {
    this.#handled = this.#position;
    this.#options.onProgress(this.#options.log, this.#position);
  }

  #settle(): void {
    const waiting = this.#whenSettled;
    this.#whenSettled = [];
    for (const resolve of waiting) resolve();
  }

  #rest(): number {
    this.#state = 'idle';
    this.#options.delivery.release();
    return 0;
  }
}

/** The handler's promise; a handler that throws at once counts as one that rejects. */
function settled(onBatch: (batch: Batch) => Promise<void>, batch: Batch): Promise<void> {
  try {
    return Promise.resolve(onBatch(batch));
  } catch (error) {
    return Promise.reject(error);
  }
}
