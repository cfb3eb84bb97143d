import { setImmediate } from 'node:timers/promises';
import { type Consumer, type ConsumerOptions, EmbeddedBroker } from '../../../pipeline/broker/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import {
  type DecodeStored,
  type Insert,
  type Row,
  SinkConfig,
  type SinkEvent,
  type SinkSurroundings,
  type StoredValues,
  type Warehouse,
  WarehouseSink,
  warehouseGroup,
} from '../../../pipeline/warehouse/index.ts';
import { type WarehouseTopic, warehouseTopics } from '../../../schemas/clickhouse/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { brokerWith } from '../../support/overriding.ts';
import { alertOf } from './values.ts';

export const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
/** Alerts that came from input records `from` to `to` (exclusive). */
export const alerts = (from: number, to: number) =>
  numbers(from, to).map((offset) => alertOf({ origin: { shard: 0, offset, n: 0 } }));

/** Test records are JSON; how values are coded is not the sink's business. */
const decode: DecodeStored = (_, value) => JSON.parse(new TextDecoder().decode(value));

/** An insert as it was when it came. */
interface Stored extends Insert {
  readonly rows: readonly Row[];
}

/** A warehouse that keeps rows by token, and does before each insert what it is told to. */
export class StoringWarehouse implements Warehouse {
  readonly inserts: Stored[] = [];
  readonly #tokens = new Set<string>();
  /** Rejects or waits to make an insert fail or hang; nothing is stored then. */
  before: (insert: Insert) => Promise<void> = async () => undefined;
  /** The same, with the rows stored. */
  after: (insert: Insert) => Promise<void> = async () => undefined;

  async migrate(): Promise<readonly string[]> {
    return [];
  }

  async insert(insert: Insert): Promise<void> {
    await this.before(insert);
    if (!this.#tokens.has(insert.token)) this.inserts.push({ ...insert, rows: [...insert.rows] });
    this.#tokens.add(insert.token);
    await this.after(insert);
  }

  async query<T>(): Promise<T[]> {
    return [];
  }

  async close(): Promise<void> {}

  /** Origins of the stored rows of all tables, in the order they were stored. */
  get origins(): readonly number[] {
    return this.inserts.flatMap(({ rows }) => rows.map((row) => row.origin_offset));
  }

  /** Without the log that they name, which is another one in each bench. */
  get tokens(): readonly string[] {
    return this.inserts.map(({ token }) => token.replace(/embedded-[0-9a-f-]{36}\//, ''));
  }
}

export interface StartedSink {
  readonly sink: WarehouseSink;
  readonly consumer: Consumer;
  readonly events: SinkEvent[];
  readonly failures: Error[];
}

type SinkParts = Pick<SinkSurroundings, 'broker' | 'warehouse' | 'onFailure' | 'endsWhenRefused'> & {
  readonly fields: Partial<SinkConfig>;
  readonly observe: (event: SinkEvent) => void;
};

/** A broker with the output topics, a clock that only the test moves, and sinks on them. */
export class SinkBench {
  readonly clock = new VirtualClock();
  readonly broker = new EmbeddedBroker({ clock: this.clock });
  /** What the next questions about committed offsets are answered with, one each. */
  readonly committedFaults: Error[] = [];

  static async with(partitions = 1): Promise<SinkBench> {
    const bench = new SinkBench();
    const retentionMs = 86_400_000;
    await bench.broker.admin.ensureTopics(
      warehouseTopics.map((id) => ({
        name: topics[id].name,
        partitions,
        timestamps: 'CreateTime',
        cleanup: 'delete',
        retentionMs,
      })),
    );
    return bench;
  }

  async produce<T extends WarehouseTopic>(
    topic: T,
    values: readonly StoredValues[T][],
    partition = 0,
  ): Promise<void> {
    await this.produceBytes(
      topic,
      values.map((value) => Buffer.from(JSON.stringify(value))),
      partition,
    );
  }

  async produceBytes(
    topic: WarehouseTopic,
    values: readonly (Uint8Array | null)[],
    partition = 0,
  ): Promise<void> {
    const { name } = topics[topic];
    await this.broker
      .producer()
      .send(values.map((value) => ({ topic: name, partition, key: Buffer.from('k'), value })));
  }

  /** `wrap` may put faults around the consumer before the sink uses it. */
  async start(
    warehouse: Warehouse,
    fields: Partial<SinkConfig> = {},
    wrap: (consumer: Consumer) => void = () => undefined,
  ): Promise<StartedSink> {
    const events: SinkEvent[] = [];
    const failures: Error[] = [];
    const made: Consumer[] = [];
    const broker = brokerWith(this.broker, {
      consumer: (options) => {
        const consumer = this.#faultyConsumer(options);
        wrap(consumer);
        made.push(consumer);
        return consumer;
      },
    });
    const observers = {
      observe: (event: SinkEvent) => events.push(event),
      onFailure: (error: Error) => failures.push(error),
    };
    const sink = this.#sink({ broker, warehouse, fields, ...observers });
    await sink.start();
    const [consumer] = made;
    if (consumer === undefined) throw new Error('the sink made no consumer');
    return { sink, consumer, events, failures };
  }

  /** One that is not started yet. */
  sinkOn(
    warehouse: Warehouse,
    onFailure: (error: Error) => void,
    more: Pick<SinkSurroundings, 'endsWhenRefused'> = {},
  ): WarehouseSink {
    const broker = brokerWith(this.broker, { consumer: (options) => this.#faultyConsumer(options) });
    return this.#sink({ broker, warehouse, fields: {}, observe: () => undefined, onFailure, ...more });
  }

  #sink({ fields, ...around }: SinkParts): WarehouseSink {
    const config = SinkConfig.parse({ batchRows: 10, ...fields });
    return new WarehouseSink({ ...around, clock: this.clock, config, decode });
  }

  #faultyConsumer(options: ConsumerOptions): Consumer {
    const consumer = this.broker.consumer(options);
    const committed = consumer.committed.bind(consumer);
    consumer.committed = async (places, witness) => {
      const fault = this.committedFaults.shift();
      if (fault !== undefined) throw fault;
      return committed(places, witness);
    };
    return consumer;
  }

  /** Until nothing more happens by itself, the clock standing still. Only for warehouses that do no I/O. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) {
      await this.broker.idle();
      await setImmediate();
    }
  }

  /** The same while the broker waits for a sink that waits for the clock. */
  async turns(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  }

  async committed(topic: WarehouseTopic, partition = 0) {
    const place = { topic: topics[topic].name, partition };
    const found = await this.broker.admin.committed(warehouseGroup, place);
    return found === null ? null : { offset: found.offset, ...JSON.parse(found.metadata) };
  }

  async commitByHand(topic: WarehouseTopic, offset: number, metadata: string): Promise<void> {
    const consumer = this.broker.consumer({
      group: warehouseGroup,
      topics: [topics[topic].name],
      maxBatchRecords: 1,
      maxBatchBytes: 1,
      isolation: 'read_committed',
    });
    const idle = async () => undefined;
    await consumer.start({
      onAssigned: async (assigned) => consumer.pause(assigned),
      onRevoked: idle,
      onBatch: idle,
      onFailure: () => undefined,
    });
    await consumer.commitOffsets([{ topic: topics[topic].name, partition: 0, offset, metadata }]);
    await consumer.stop();
  }
}
