import { TocsinError } from '../../schemas/errors.ts';
import type {
  CommittedOffset,
  Consumer,
  ConsumerHandlers,
  ConsumerOptions,
  OffsetCommit,
  TopicPartition,
} from './broker.ts';
import type { Delivery } from './delivery.ts';
import type { Group, Member } from './group.ts';
import { placeCommits } from './group-offsets.ts';
import type { PartitionLog } from './partition-log.ts';
import { PartitionReader } from './partition-reader.ts';
import type { Retainer } from './retainer.ts';
import type { TopicCatalog } from './topic-catalog.ts';

export interface ConsumerServices {
  readonly catalog: TopicCatalog;
  readonly delivery: Delivery;
  readonly retainer: Retainer;
  readonly group: (id: string) => Group;
}

/**
 * One member of a group:
 *
 *   fresh ──start──▶ joined ──stop──▶ leaving ──▶ gone
 *                      └──onBatch or a handler rejects, or presumed dead──▶ gone (onFailure)
 */
export class EmbeddedConsumer implements Consumer, Member {
  readonly #services: ConsumerServices;
  readonly #options: ConsumerOptions;
  readonly #group: Group;
  readonly #readers = new Map<PartitionLog, PartitionReader>();
  #state: 'fresh' | 'joined' | 'leaving' | 'gone' = 'fresh';
  #handlers: ConsumerHandlers | null = null;
  /** What the group gave this member last. */
  #granted: ReadonlySet<PartitionLog> = new Set();
  #subscribed: readonly PartitionLog[] = [];
  #epoch = 0;
  /** Taking and letting go happen one after another, whoever asks for them. */
  #turn: Promise<void> = Promise.resolve();
  #stopped: Promise<void> = Promise.resolve();

  constructor(services: ConsumerServices, options: ConsumerOptions) {
    this.#services = services;
    this.#options = options;
    this.#group = services.group(options.group);
  }

  get subscribed(): readonly PartitionLog[] {
    return this.#subscribed;
  }

  async start(handlers: ConsumerHandlers): Promise<void> {
    if (this.#state !== 'fresh')
      throw new TocsinError('broker.wrong-state', 'the consumer was started before');
    const { catalog, retainer } = this.#services;
    this.#subscribed = this.#options.topics.flatMap((topic) => catalog.logs(topic));
    for (const topic of this.#options.topics) retainer.subscribed(this.#group.offsets, topic);
    this.#handlers = handlers;
    this.#state = 'joined';
    await this.#group.join(this);
    await this.#turn;
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#reader(partition)?.pause();
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#reader(partition)?.resume();
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#reader(partition)?.seek(offset);
  }

  position(partition: TopicPartition): number | null {
    return this.#reader(partition)?.handled ?? null;
  }

  async commitOffsets(offsets: readonly OffsetCommit[]): Promise<void> {
    const commits = placeCommits(this.#services.catalog, offsets);
    this.#assertGranted(commits.map(({ log }) => log));
    this.#group.offsets.commit(commits);
    for (const { log } of commits) this.#services.retainer.afterProgress(log);
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly (CommittedOffset | null)[]> {
    const logs = partitions.map((place) => this.#services.catalog.log(place));
    this.#assertGranted(logs);
    return logs.map((log) => this.#group.offsets.committed(log));
  }

  #assertGranted(logs: readonly PartitionLog[]): void {
    const { group } = this.#options;
    if (!this.#group.isCurrent(this, this.#epoch))
      throw new TocsinError('broker.illegal-generation', `group ${group}, generation ${this.#epoch}`);
    const foreign = logs.find((log) => !this.#granted.has(log));
    if (foreign === undefined) return;
    throw new TocsinError(
      'broker.illegal-generation',
      `${foreign.topic.name}/${foreign.partition} is not ours`,
    );
  }

  async owns(partition: TopicPartition): Promise<boolean> {
    return (
      this.#group.isCurrent(this, this.#epoch) && this.#granted.has(this.#services.catalog.log(partition))
    );
  }

  stop(): Promise<void> {
    if (this.#state === 'joined') this.#stopped = this.#services.delivery.during(this.#leave());
    return this.#stopped;
  }

  /** Stops counting as alive; see `EmbeddedBroker.expireSession`. */
  expire(): void {
    this.#group.expel(this);
  }

  letGo(): Promise<void> {
    return this.#inTurn(async () => {
      const logs = [...this.#readers.keys()];
      await this.#closeReaders();
      if (this.#state === 'gone' || logs.length === 0) return;
      await this.#handlers?.onRevoked(logs.map(placeOf), this.#epoch);
    });
  }

  take(logs: readonly PartitionLog[], epoch: number): Promise<void> {
    return this.#inTurn(async () => {
      const handlers = this.#handlers;
      if (this.#state !== 'joined' || handlers === null) return;
      this.#epoch = epoch;
      this.#granted = new Set(logs);
      for (const log of logs) this.#readers.set(log, this.#readerOf(log, handlers));
      await handlers.onAssigned(logs.map(placeOf), epoch);
      if (this.#state === 'joined') for (const reader of this.#readers.values()) reader.open();
    });
  }

  presumeDead(): void {
    this.#fail(new TocsinError('broker.session-expired', `group ${this.#options.group}`));
  }

  async #leave(): Promise<void> {
    this.#state = 'leaving';
    await this.letGo();
    this.#state = 'gone';
    this.#group.leave(this);
  }

  #reader(partition: TopicPartition): PartitionReader | undefined {
    return this.#readers.get(this.#services.catalog.log(partition));
  }

  #readerOf(log: PartitionLog, handlers: ConsumerHandlers): PartitionReader {
    const { delivery, retainer } = this.#services;
    const { maxBatchRecords, maxBatchBytes, isolation } = this.#options;
    return new PartitionReader({
      log,
      epoch: this.#epoch,
      position: this.#group.offsets.committed(log)?.offset ?? log.low,
      limits: {
        maxRecords: maxBatchRecords,
        maxBytes: maxBatchBytes,
        isCommittedOnly: isolation === 'read_committed',
      },
      delivery,
      onBatch: (batch) => handlers.onBatch(batch),
      onProgress: (at, position) => {
        // What a zombie still handles is not the group's progress: its successor may be behind it.
        if (this.#state === 'gone') return;
        this.#group.offsets.moveTo(at, position);
        retainer.afterProgress(at);
      },
      onFailure: (error) => this.#fail(error),
    });
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(act).catch((error: unknown) => this.#fail(error));
    return this.#turn;
  }

  /** Stops at once and for good; the group goes on without this member, and its owner hears of it after the last batch. */
  #fail(error: unknown): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#group.leave(this);
    const failure = error instanceof Error ? error : new Error(String(error));
    const closed = this.#closeReaders().then(() => this.#handlers?.onFailure(failure));
    void this.#services.delivery.during(closed);
  }

  async #closeReaders(): Promise<void> {
    const readers = [...this.#readers.values()];
    await Promise.all(readers.map((reader) => reader.close()));
    this.#readers.clear();
  }
}

function placeOf(log: PartitionLog): TopicPartition {
  return { topic: log.topic.name, partition: log.partition };
}
