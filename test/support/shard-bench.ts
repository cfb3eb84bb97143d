import { type Broker, EmbeddedBroker, type ProduceRecord } from '../../pipeline/broker/index.ts';
import { EmbeddedRegistry, type Registry } from '../../pipeline/registry/index.ts';
import { MemoryStateStore } from '../../pipeline/state/index.ts';
import { VirtualClock } from '../../pipeline/time/index.ts';
import { ownDecoders } from '../../pipeline/worker/own-decoders.ts';
import type { Ports, ShardSurroundings, WorkerSettings } from '../../pipeline/worker/ports.ts';
import { registerSchemas } from '../../pipeline/worker/schema-ids.ts';
import { topics } from '../../schemas/topics.ts';
import { brokerWith } from './overriding.ts';
import { orderBytes } from './puppet.ts';

/** Neighbours for the parts of a worker: every topic, a still clock, and a note of what is sent. */
export interface ShardBench {
  readonly clock: VirtualClock;
  readonly broker: EmbeddedBroker;
  readonly state: MemoryStateStore;
  readonly around: ShardSurroundings;
  /** What went over `around`'s producers, in order, by topic. */
  readonly sent: ProduceRecord[];
  readonly troubles: string[];
  /** Appends orders to a partition of the raw topic. */
  feed(partition: number, ...orders: readonly unknown[]): Promise<void>;
}

export interface BenchOptions {
  readonly settings?: Partial<WorkerSettings>;
  /** Stands between the shards and the neighbours. */
  readonly through?: (ports: Ports) => Ports;
  readonly registry?: Registry;
}

export async function shardBench({
  settings = {},
  through = (ports) => ports,
  registry = new EmbeddedRegistry(),
}: BenchOptions = {}): Promise<ShardBench> {
  const clock = new VirtualClock(1_000_000);
  const broker = new EmbeddedBroker({ clock });
  await broker.admin.ensureTopics(Object.values(topics).map((topic) => ({ ...topic, partitions: 2 })));
  const schemaIds = await registerSchemas(registry);
  let nonces = 0;
  const state = new MemoryStateStore({ nonce: () => `n${nonces++}` });
  const sent: ProduceRecord[] = [];
  const troubles: string[] = [];
  const around: ShardSurroundings = {
    ports: through({ broker: noting(broker, sent), state, clock }),
    settings: { ...defaults, ...settings },
    instance: 'bench',
    delivery: 'effectively-once',
    schemaIds,
    decoders: ownDecoders({ registry, schemaIds, clock }),
    rawPartitions: 2,
    reducedPartitions: 2,
    onAssigned: null,
    onStepped: () => {},
    onTrouble: (code) => troubles.push(code),
  };
  const feed = async (partition: number, ...orders: readonly unknown[]) => {
    const records = orders.map((order) => ({
      topic: topics.raw.name,
      partition,
      key: null,
      value: orderBytes(order),
    }));
    await broker.producer().send(records);
  };
  return { clock, broker, state, around, sent, troubles, feed };
}

const defaults: WorkerSettings = {
  heartbeatMs: 1_000,
  clockSlackMs: 500,
  flushIdleMs: 30_000,
  checkpointEveryMs: 0,
  maxChangedRows: 1_000,
  snapshotEveryMs: 0,
  snapshotEveryRecords: 1_000,
  batchRecords: 100,
  batchBytes: 1 << 20,
};

function noting(broker: EmbeddedBroker, sent: ProduceRecord[]): Broker {
  return brokerWith(broker, {
    producer: (options) => {
      const producer = broker.producer(options);
      return {
        begin: () => producer.begin(),
        close: () => producer.close(),
        send: (records) => {
          sent.push(...records);
          return producer.send(records);
        },
      };
    },
  });
}
