import type { RelateEvent } from '../../operators/events.ts';
import { codecs } from '../../schemas/avro/index.ts';
import { controlKey, maxControlBytes } from '../../schemas/control.ts';
import type { ControlCopy } from '../../schemas/reduced.ts';
import { topics } from '../../schemas/topics.ts';
import type { Batch, Consumer, LogRecord } from '../broker/index.ts';
import type { ShardSurroundings } from './ports.ts';
import { preparedBroker } from './prepared-broker.ts';
import type { ShardRunner } from './shard-runner.ts';

/** The part of a RELATE shard that controls are brought to. */
export type ControlledShard = Pick<ShardRunner<RelateEvent>, 'place' | 'exclusively' | 'send'> & {
  readonly shard: Pick<ShardRunner<RelateEvent>['shard'], 'controlMark'>;
};

export interface ControlTailOptions {
  readonly around: ShardSurroundings;
  readonly shards: () => readonly ControlledShard[];
  /** The tail cannot go on: silences would be given and never act. */
  readonly onFailure: (error: Error) => void;
}

/**
 * Brings `control.v1` into the logs of the RELATE shards owned here (protocol.md STIMULUS 2). A control acts when a
 * shard reads its copy back, never before, so a replay meets it at the same place. Copies at or below a shard's mark
 * are ignored by the shard; sending one twice is harmless.
 */
export class ControlTail {
  readonly #options: ControlTailOptions;
  readonly #consumer: Consumer;
  /** Newest record of each control, by `controlKey`: what a shard that is acquired later still has to be told. */
  readonly #known = new Map<string, ControlCopy>();
  /** Index of the newest copy that each shard's log holds; until the shard reads it, its own mark lags behind. */
  readonly #sent = new WeakMap<ControlledShard, number>();
  /** Behind the newest record that was read; -1 before the first. */
  #readTo = -1;

  constructor(options: ControlTailOptions) {
    this.#options = options;
    const { around } = options;
    const broker = preparedBroker({ ...around, ...around.ports });
    this.#consumer = broker.consumer({
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
      // First from the start of the log, which a consumer takes for anything outside of it.
      onAssigned: async (assigned) => {
        for (const place of assigned) this.#consumer.seek(place, this.#readTo);
      },
      onRevoked: () => Promise.resolve(),
      onBatch: (batch) => this.#read(batch),
      onFailure: this.#options.onFailure,
    });
  }

  stop(): Promise<void> {
    return this.#consumer.stop();
  }

  /** Sends every owned shard the controls it has not been sent yet; also right after a shard was acquired. */
  async copy(): Promise<void> {
    await Promise.all(this.#options.shards().map((shard) => this.#copyTo(shard)));
  }

  async #read(batch: Batch): Promise<void> {
    for (const record of batch.records) {
      // Read before, and perhaps replaced since: in the place of the newer one it would be told behind later ones of others,
      // whose index then hides from a shard what came between.
      if (record.offset < this.#readTo) continue;
      this.#readTo = record.offset + 1;
      this.#note(record);
    }
    await this.copy();
  }

  #note({ offset, key, value }: LogRecord): void {
    // A tombstone: nobody needs to be told of it any more. Shards that know it keep it until it ends or is withdrawn.
    if (value === null) {
      if (key !== null) this.#known.delete(Buffer.from(key).toString());
      return;
    }
    const { onTrouble, decoders } = this.#options.around;
    // By a bound of our own, so that all workers pass over the same ones. What it was to replace goes on as it is.
    if (value.length > maxControlBytes) {
      const detail = `${topics.control.name}@${offset}: ${value.length} bytes, more than ${maxControlBytes}`;
      onTrouble('control-too-large', detail);
      return;
    }
    try {
      const control = decoders.control.read(value);
      // To the end of the map, whose order is that of the indexes.
      const name = controlKey(control);
      this.#known.delete(name);
      this.#known.set(name, { kind: 'control', index: offset, control });
    } catch (error) {
      const detail = `${topics.control.name}@${offset}: ${String(error)}`;
      onTrouble('control-undecodable', detail);
    }
  }

  #copyTo(shard: ControlledShard): Promise<void> {
    return shard.exclusively(async () => {
      const mark = Math.max(shard.shard.controlMark, this.#sent.get(shard) ?? -1);
      const missing = [...this.#known.values()].filter(({ index }) => index > mark);
      const schemaId = this.#options.around.schemaIds.reduced;
      const encode = (copy: ControlCopy) => codecs.reduced.encodeFramed(schemaId, copy);
      await shard.send(missing.map((copy) => ({ ...shard.place, key: null, value: encode(copy) })));
      const newest = missing.at(-1);
      if (newest !== undefined) this.#sent.set(shard, newest.index);
    });
  }
}
