import { randomUUID } from 'node:crypto';
import { codecs } from '../schemas/avro/index.ts';
import { EmbeddedBroker, type Retain } from './broker/index.ts';
import { Decoder, EmbeddedRegistry, type RawDecoder, type Registry } from './registry/index.ts';
import { MemoryStateStore } from './state/index.ts';
import type { Clock } from './time/index.ts';
import { type Arrival, type Partitions, topicSettings } from './topic-settings.ts';
import type { Worker } from './worker/index.ts';

export interface EmbeddedOptions extends Partitions {
  readonly clock: Clock;
  readonly retain: Retain;
  readonly arrival: Arrival;
}

/** Every neighbour of a worker inside this process, with the topics created. */
export interface Embedded {
  readonly broker: EmbeddedBroker;
  readonly state: MemoryStateStore;
  readonly registry: Registry;
  readonly rawDecoder: RawDecoder;
}

export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { clock } = options;
  const broker = new EmbeddedBroker({ clock, retain: options.retain });
  await broker.admin.ensureTopics(topicSettings(options));
  const registry = new EmbeddedRegistry();
  await registry.register(codecs.raw.subject, codecs.raw.schema);
  return {
    broker,
    registry,
    state: new MemoryStateStore({ nonce: randomUUID }),
    rawDecoder: new Decoder({ codec: codecs.raw, registry, clock }),
  };
}

/** Waits until everything in the log is processed, and what came of it is stored; while the warehouse is away, for ever. */
export async function settle({ broker }: Pick<Embedded, 'broker'>, worker: Stores): Promise<void> {
  for (;;) {
    await broker.idle();
    if (worker.held === 0) return;
    // Partitions that were paused because too much was held read on afterwards: look again.
    await worker.store();
  }
}

/** The part of a worker that has a warehouse behind it. */
type Stores = Pick<Worker, 'held' | 'store'>;
