import type { Batch, LogRecord, TopicPartition } from '../broker.ts';
import type { FetchedBatch } from './fetched-batch.ts';
import { RecordBuffer } from './record-buffer.ts';

/** What a reader asks of the client library for its partition. */
export interface Feed {
  pause(): void;
  resume(): void;
  seek(offset: number): void;
  /** The offset itself, or the log's first one when the log does not reach there. */
  clamp(offset: number): Promise<number>;
}

export interface KafkaReaderOptions extends TopicPartition {
  readonly epoch: number;
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  readonly feed: Feed;
  readonly onBatch: (batch: Batch) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/** Records of one fetch. `fetched` is the offset that was asked for, `next` the one to ask for next. */
export interface Fetched {
  readonly fetched: number;
  readonly next: number;
  readonly records: readonly (LogRecord | FetchedBatch)[];
  readonly highWatermark: number;
}

/**
 * More than this, and the partition is not fetched until half of it is gone. Enough for the way to a broker and back, and no more:
 * what waits for long is old for the collector, which goes through all of the heap for each 64 MiB of it.
 */
const maxBufferedBytes = 256 * 1_024;

/**
 * One partition as one assignment reads it. The client library hands fetched records in and goes on fetching; batches are
 * cut from the buffer and handed over one after another, so a slow partition holds up neither others nor the heartbeat.
 *
 *   closed ──open──▶ placing ──placed──▶ reading ──close──▶ closed
 *                      └──◀── seek, or a fetch that does not fit ──┘
 *
 * A fetch is taken only if it starts exactly where the last one ended. kafkajs can hand over what it fetched before a seek
 * or under an older assignment (after a stale-metadata rejoin), and can move on by itself when an offset is out of range;
 * whatever it does, no record is skipped and none comes twice.
 */
export class KafkaReader {
  readonly #options: KafkaReaderOptions;
  #isOpen = false;
  #isPaused = false;
  #isBusy = false;
  #isFeedPaused = false;
  /** Where the next fetch must start. */
  #expected: number;
  /** Where that is, is being found out; what arrives meanwhile is not taken. */
  #isPlacing = true;
  /** Nothing has arrived since the last seek, so whatever comes first was fetched from there. */
  #isFresh = false;
  #handled: number;
  readonly #buffer = new RecordBuffer();
  #highWatermark = 0;
  #seeks = 0;
  /** Why reading cannot go on behind what is buffered. */
  #blockedBy: Error | null = null;
  #whenSettled: (() => void)[] = [];

  constructor(options: KafkaReaderOptions, position: number) {
    this.#options = options;
    this.#handled = position;
    this.#expected = position;
  }

  get handled(): number {
    return this.#handled;
  }

  get place(): TopicPartition {
    return this.#options;
  }

  /** Resolves when the client library has been told where to start. */
  open(): Promise<void> {
    this.#isOpen = true;
    return this.#placeAt(this.#expected);
  }

  /** Has the client library told anew where to go on, and whether to. */
  renew(): Promise<void> {
    this.#isFeedPaused = false;
    return this.#placeAt(this.#expected);
  }

  /** Hands nothing over any more; resolves when the batch in flight has settled. */
  close(): Promise<void> {
    this.#isOpen = false;
    if (!this.#isBusy) return Promise.resolve();
    return new Promise((resolve) => this.#whenSettled.push(resolve));
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#pump();
  }

  seek(offset: number): void {
    if (!this.#isBusy) this.#handled = offset;
    this.#buffer.clear();
    this.#expected = offset;
    if (this.#isOpen) this.#restart(offset);
  }

  /** Takes the records of one fetch, or has them fetched again from the right place. */
  accept({ fetched, next, records, highWatermark }: Fetched): void {
    if (!this.#isOpen || this.#isPlacing) return;
    if (fetched !== this.#expected) {
      this.#restart(this.#expected);
      return;
    }
    this.#isFresh = false;
    this.#expected = next;
    this.#highWatermark = highWatermark;
    this.#buffer.push(records);
    this.#steer();
    this.#pump();
  }

  /** A fetch held nothing for us (markers, aborted records): reading goes on behind it. */
  skip(first: number | null, last: number): void {
    if (!this.#isOpen || this.#isPlacing) return;
    const fits = this.#isFresh || (first ?? last) <= this.#expected;
    if (!fits || last < this.#expected) return;
    this.#isFresh = false;
    this.#expected = last + 1;
    if (!this.#isBusy && this.#buffer.length === 0) this.#handled = this.#expected;
  }

  /** The log does not hold what was asked for. */
  outOfRange(): void {
    if (this.#isOpen && !this.#isPlacing) this.#restart(this.#expected);
  }

  /** What lies at `offset` cannot be read. What lies before it is handed over, and then the consumer fails. */
  block(offset: number, error: Error): void {
    if (!this.#isOpen || this.#isPlacing || offset !== this.#expected) return;
    this.#blockedBy = error;
    this.#steer();
    this.#pump();
  }

  /** Has the fetching begin anew; what is buffered already stays. */
  #restart(offset: number): void {
    this.#placeAt(offset).catch((error: unknown) => this.#options.onFailure(error));
  }

  async #placeAt(offset: number): Promise<void> {
    this.#seeks += 1;
    const seek = this.#seeks;
    this.#expected = offset;
    this.#isPlacing = true;
    this.#blockedBy = null;
    const target = await this.#options.feed.clamp(offset);
    if (!this.#isOpen || seek !== this.#seeks) return;
    this.#expected = target;
    this.#isPlacing = false;
    this.#isFresh = true;
    if (!this.#isBusy && this.#buffer.length === 0) this.#handled = target;
    this.#options.feed.seek(target);
    this.#steer();
  }

  #pump(): void {
    if (!this.#isOpen || this.#isPaused || this.#isBusy) return;
    if (this.#buffer.length === 0) {
      this.#failIfBlocked();
      return;
    }
    const { topic, partition, epoch, maxBatchRecords, maxBatchBytes, onBatch, onFailure } = this.#options;
    const records = this.#buffer.take({ maxRecords: maxBatchRecords, maxBytes: maxBatchBytes });
    this.#isBusy = true;
    const batch: Batch = { topic, partition, epoch, records, highWatermark: this.#highWatermark };
    Promise.resolve(batch)
      .then(onBatch)
      .then(
        () => this.#settle(),
        (error: unknown) => {
          this.#isOpen = false;
          this.#settle();
          onFailure(error);
        },
      );
  }

  #failIfBlocked(): void {
    if (this.#blockedBy === null) return;
    this.#isOpen = false;
    this.#options.onFailure(this.#blockedBy);
  }

  #settle(): void {
    this.#isBusy = false;
    const settled = this.#whenSettled;
    this.#whenSettled = [];
    for (const resolve of settled) resolve();
    if (!this.#isOpen) return;
    this.#handled = this.#buffer.first?.offset ?? this.#expected;
    this.#steer();
    this.#pump();
  }

  /** Stops and starts the fetching of this partition so that the buffer stays small. */
  #steer(): void {
    const { feed } = this.#options;
    const isBlocked = this.#blockedBy !== null;
    if (!this.#isFeedPaused && (isBlocked || this.#buffer.bytes > maxBufferedBytes)) {
      this.#isFeedPaused = true;
      feed.pause();
    } else if (this.#isFeedPaused && !isBlocked && this.#buffer.bytes <= maxBufferedBytes / 2) {
      this.#isFeedPaused = false;
      feed.resume();
    }
  }
}
