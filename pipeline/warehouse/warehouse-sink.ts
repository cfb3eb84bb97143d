import { type WarehouseTopic, warehouseTopics } from '../../schemas/clickhouse/index.ts';
import { topics } from '../../schemas/topics.ts';
import type { Batch, Broker, Consumer, TopicPartition } from '../broker/index.ts';
import { type Clock, Retry } from '../time/index.ts';
import type { SinkConfig } from './config.ts';
import { PartitionSink } from './partition-sink.ts';
import { isPassing, isRefusedCommit } from './passing.ts';
import { decodeProgress, nothingStored } from './plan.ts';
import { type DecodeStored, type FindOwn, RecordReader } from './record-reader.ts';
import { RowBlock } from './row-block.ts';
import type { SinkEvent } from './sink-events.ts';
import type { Insert, Warehouse } from './warehouse.ts';

export interface SinkSurroundings {
  readonly broker: Broker;
  readonly warehouse: Warehouse;
  readonly clock: Clock;
  readonly config: SinkConfig;
  readonly decode: DecodeStored;
  /** Such values need not be decoded; none are unless given. */
  readonly findOwn?: FindOwn;
  /** Where nobody will mend what the warehouse refuses, it is a failure; else the group lags until it is mended. */
  readonly endsWhenRefused?: boolean;
  /** Consumer group; `tocsin-warehouse` unless given. */
  readonly group?: string;
  readonly observe?: (event: SinkEvent) => void;
  /** The sink cannot go on and has stopped; nothing is lost, the group lags. */
  readonly onFailure: (error: Error) => void;
}

interface StoredHere extends TopicPartition {
  readonly handled: number;
  readonly trouble: string | null;
}

export const warehouseGroup = 'tocsin-warehouse';

/** The sink stores what RELATE says; what REDUCE says to RELATE it does not read (H26). */
const witness: TopicPartition = { topic: topics.reduced.name, partition: 0 };

const longestOpeningPauseMs = 2_000;
const longestReleaseMs = 5_000;

const idByName = new Map(warehouseTopics.map((id) => [topics[id].name as string, id]));

/** The WAREHOUSE graph: reads all output topics as one member of one group and stores each record once. */
export class WarehouseSink {
  readonly #around: SinkSurroundings;
  readonly #group: string;
  readonly #consumer: Consumer;
  readonly #partitions = new Map<string, PartitionSink>();
  /** What the rows of a topic are made in, one partition's after the other's. */
  readonly #buffers = new Map<WarehouseTopic, RowBlock>();
  /** Of the assignment that `partitions` belong to. */
  #epoch = -1;
  /** Questions about where to begin that the broker has not answered yet. */
  #openings: readonly Retry[] = [];
  #hasFailed = false;

  constructor(around: SinkSurroundings) {
    this.#around = around;
    this.#group = around.group ?? warehouseGroup;
    this.#consumer = around.broker.consumer({
      group: this.#group,
      topics: [...idByName.keys()],
      maxBatchRecords: 1_000,
      maxBatchBytes: 262_144,
      // Offsets of a range must be final: what an open transaction wrote may still be taken back.
      isolation: 'read_committed',
      isPatient: true,
    });
  }

  /** Records read and not yet stored, over all partitions. */
  get held(): number {
    return [...this.#partitions.values()].reduce((sum, { held }) => sum + held, 0);
  }

  /** The partitions that are stored here, each with its next offset that is not stored yet, and with what keeps it. */
  get stored(): readonly StoredHere[] {
    return Array.from(this.#partitions.values(), (partition) => ({
      ...partition.place,
      handled: this.#handled(partition),
      trouble: partition.trouble,
    }));
  }

  /** The end of a transaction has an offset too, behind the last record: the consumer knows that it stepped over it. */
  #handled({ place, stored, held }: PartitionSink): number {
    return held > 0 ? stored : Math.max(stored, this.#consumer.position(place) ?? 0);
  }

  start(): Promise<void> {
    return this.#consumer.start({
      onAssigned: (assigned, epoch) => this.#assigned(assigned, epoch),
      onRevoked: (revoked) => this.#revoked(revoked),
      onBatch: async (batch) => this.#batch(batch),
      onFailure: (error) => this.#fail(error),
    });
  }

  /** Stores everything that has been read so far. */
  async flush(): Promise<void> {
    await Promise.all(Array.from(this.#partitions.values(), (partition) => partition.flush()));
  }

  /** Stores what has been read, without retrying, and leaves the group. */
  stop(): Promise<void> {
    this.#endOpenings();
    return this.#consumer.stop();
  }

  async #assigned(assigned: readonly TopicPartition[], epoch: number): Promise<void> {
    // Instances of an older assignment are zombies like any other: closed before their successors read what is committed.
    this.#closeAll();
    if (this.#hasFailed) return;
    this.#epoch = epoch;
    const openings = assigned.map((place) => ({ place, retry: this.#retryFor(place) }));
    this.#openings = openings.map(({ retry }) => retry);
    await Promise.all(openings.map(({ place, retry }) => this.#openWith(retry, place, epoch)));
  }

  /** A broker that is away at this moment ends nothing: it is asked again for as long as somebody waits for the answer. */
  async #openWith(retry: Retry, place: TopicPartition, epoch: number): Promise<void> {
    try {
      await retry.run('opening', () => this.#open(place, epoch));
    } catch (error) {
      // The group has moved on without this member: its next assignment follows.
      if (isRefusedCommit(error)) return;
      if (this.#openings.includes(retry) || !isPassing(error)) throw error;
    }
  }

  #retryFor(place: TopicPartition): Retry {
    const { clock, config } = this.#around;
    return new Retry({
      clock,
      minMs: config.retryMinMs,
      // The group waits meanwhile: what is read of a partition is not the warehouse's business alone.
      maxMs: Math.min(config.retryMaxMs, longestOpeningPauseMs),
      isPassing,
      onRetry: (attempt) => this.#observe({ kind: 'retrying', ...place, ...attempt }),
    });
  }

  #endOpenings(): void {
    const openings = this.#openings;
    this.#openings = [];
    for (const opening of openings) opening.end();
  }

  async #open(place: TopicPartition, epoch: number): Promise<void> {
    const topic = idByName.get(place.topic);
    if (topic === undefined) return;
    if (epoch !== this.#epoch) return;
    const [committed = null] = await this.#consumer.committed([place], witness);
    const offset = committed?.offset ?? (await this.#around.broker.admin.watermarks(place)).low;
    const log = await this.#logOf(place.topic);
    if (epoch !== this.#epoch) return;
    const progress = committed === null ? nothingStored : decodeProgress(committed.metadata, offset, log);
    if (progress === null) {
      const metadata = committed?.metadata ?? '';
      this.#observe({ kind: 'marks-lost', ...place, offset, metadata });
    }
    const { config, endsWhenRefused = false } = this.#around;
    const start = { topic, place, log, offset, progress: progress ?? nothingStored, config, endsWhenRefused };
    this.#partitions.set(keyOf(place), new PartitionSink(start, this.#effects(topic, place)));
    this.#consumer.seek(place, offset);
    // Kafka clients keep a pause over a rebalance; the instance that paused is gone.
    this.#consumer.resume([place]);
  }

  /** Where topics have no ids, those of one cluster are told apart by their names only. */
  async #logOf(topic: string): Promise<string> {
    const { admin } = this.#around.broker;
    const [id = ''] = await admin.topicIds([topic]);
    const log = id === '' ? await admin.clusterId() : id;
    // What a token may be made of.
    return log.replaceAll(/[^\w.:-]/g, '-');
  }

  #effects(topic: WarehouseTopic, place: TopicPartition) {
    const { clock, warehouse, decode, findOwn = () => -1 } = this.#around;
    const observe = (event: SinkEvent) => this.#observe(event);
    return {
      clock,
      observe,
      reader: new RecordReader({ topic, place, buffer: this.#bufferOf(topic), decode, findOwn, observe }),
      commit: (offset: number, metadata: string) =>
        this.#consumer.commitOffsets([{ ...place, offset, metadata }]),
      insert: (insert: Insert) => warehouse.insert(insert),
      pause: () => this.#consumer.pause([place]),
      resume: () => this.#consumer.resume([place]),
      fail: (error: Error) => this.#fail(error),
    };
  }

  #bufferOf(topic: WarehouseTopic): RowBlock {
    const known = this.#buffers.get(topic);
    if (known !== undefined) return known;
    const buffer = new RowBlock(topic, topics[topic].name);
    this.#buffers.set(topic, buffer);
    return buffer;
  }

  async #revoked(revoked: readonly TopicPartition[]): Promise<void> {
    await Promise.all(
      revoked.map(async (place) => {
        const partition = this.#partitions.get(keyOf(place));
        if (partition !== undefined) await this.#release(partition);
        if (this.#partitions.get(keyOf(place)) === partition) this.#partitions.delete(keyOf(place));
      }),
    );
  }

  /** The group waits for us to let go, and a warehouse that hangs is no reason to keep it: the successor repeats the plan. */
  async #release(partition: PartitionSink): Promise<void> {
    const { clock } = this.#around;
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = clock.schedule(clock.now() + longestReleaseMs, resolve);
    });
    await Promise.race([partition.release(), late]);
    cancel();
    partition.close();
  }

  #batch(batch: Batch): void {
    if (batch.epoch === this.#epoch) this.#partitions.get(keyOf(batch))?.accept(batch.records);
  }

  #observe(event: SinkEvent): void {
    this.#around.observe?.(event);
  }

  #closeAll(): void {
    this.#endOpenings();
    for (const partition of this.#partitions.values()) partition.close();
    this.#partitions.clear();
  }

  #fail(error: Error): void {
    this.#closeAll();
    // One report, however many partitions fail on the same cause.
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    void this.#consumer.stop().finally(() => this.#around.onFailure(error));
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
