import type { RelateEvent } from '../../operators/events.ts';
import { codecs } from '../../schemas/avro/index.ts';
import type { Control } from '../../schemas/control.ts';
import type { ControlCopy } from '../../schemas/reduced.ts';
import { topics } from '../../schemas/topics.ts';
import type { Batch, Consumer } from '../broker/index.ts';
import { framedLength } from '../registry/index.ts';
import type { ShardSurroundings } from './ports.ts';
import type { ShardRunner } from './shard-runner.ts';

/**
 * Brings `control.v1` into the logs of the RELATE shards owned here (protocol.md STIMULUS 2). A control acts when a
 * shard reads its copy back, never before, so a replay meets it at the same place. Copies at or below a shard's mark
 * are ignored by the shard; sending one twice is harmless.
 */
export class ControlTail {
  readonly #around: ShardSurroundings;
  readonly #shards: () => readonly ShardRunner<RelateEvent>[];
  readonly #consumer: Consumer;
  readonly #onGarbage: (offset: number, error: unknown) => void;
  /** Newest record of each control id: what a shard that is acquired later still has to be told. */
  readonly #known = new Map<string, ControlCopy>();
  readonly #sent = new WeakMap<ShardRunner<RelateEvent>, number>();

  constructor(
    around: ShardSurroundings,
    shards: () => readonly ShardRunner<RelateEvent>[],
    onGarbage: (offset: number, error: unknown) => void,
  ) {
    this.#around = around;
    this.#shards = shards;
    this.#onGarbage = onGarbage;
    this.#consumer = around.ports.broker.consumer({
      // Every process reads all of it; the group only gives it a place of its own.
      group: `tocsin-control-${around.instance}`,
      topics: [topics.control.name],
      maxBatchRecords: around.settings.batchRecords,
      maxBatchBytes: around.settings.batchBytes,
      isolation: 'read_committed',
    });
  }

  start(): Promise<void> {
    return this.#consumer.start({
      onAssigned: async (assigned) => {
        for (const place of assigned) {
          const { low } = await this.#around.ports.broker.admin.watermarks(place);
          this.#consumer.seek(place, low);
        }
      },
      onRevoked: () => Promise.resolve(),
      onBatch: (batch) => this.#read(batch),
      onFailure: (error) => this.#onGarbage(-1, error),
    });
  }

  stop(): Promise<void> {
    return this.#consumer.stop();
  }

  /** Sends every owned shard the controls it has not been sent yet; also right after a shard was acquired. */
  async copy(): Promise<void> {
    await Promise.all(this.#shards().map((shard) => this.#copyTo(shard)));
  }

  async #read(batch: Batch): Promise<void> {
    for (const record of batch.records) {
      if (record.value === null) continue;
      try {
        const control: Control = codecs.control.decode(record.value, framedLength);
        this.#known.delete(control.id);
        this.#known.set(control.id, { kind: 'control', index: record.offset, control });
      } catch (error) {
        this.#onGarbage(record.offset, error);
      }
    }
    await this.copy();
  }

  #copyTo(shard: ShardRunner<RelateEvent>): Promise<void> {
    return shard.serial.run(async () => {
      if (shard.isReleased) return;
      const mark = Math.max(shard.shard.controlMark, this.#sent.get(shard) ?? -1);
      const missing = [...this.#known.values()].filter(({ index }) => index > mark);
      const { topic, partition } = shard.place;
      const schemaId = this.#around.schemaIds.reduced;
      await shard.state(
        missing.map((copy) => ({
          topic,
          partition,
          key: null,
          value: codecs.reduced.encodeFramed(schemaId, copy),
        })),
      );
      const newest = missing.at(-1);
      if (newest !== undefined) this.#sent.set(shard, newest.index);
    });
  }
}
