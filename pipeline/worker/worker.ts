import type { Assigned, ReduceEvent, RelateEvent } from '../../operators/events.ts';
import { codecs } from '../../schemas/avro/index.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { topics } from '../../schemas/topics.ts';
import type { Batch } from '../broker/index.ts';
import { type Graph, reduceGraph, relateGraph } from '../graphs.ts';
import { framedLength, type RawDecoder, type Registry, schemaIdsIn } from '../registry/index.ts';
import type { OutcomeCounts, StageCount } from '../shard/index.ts';
import type { OperatorConfigs } from '../topology.ts';
import { type DecodeStored, type SinkConfig, type Warehouse, WarehouseSink } from '../warehouse/index.ts';
import { ControlTail } from './control-tail.ts';
import { GraphRunner } from './graph-runner.ts';
import { HeartbeatSource } from './heartbeat.ts';
import type { SchemaIds } from './outbox.ts';
import type { Ports, ShardSurroundings, WorkerSettings } from './ports.ts';
import type { ShardRunner } from './shard-runner.ts';

export const graphNames = ['reduce', 'relate', 'warehouse'] as const;
export type GraphName = (typeof graphNames)[number];

export interface WorkerOptions {
  readonly instance: string;
  readonly graphs: readonly GraphName[];
  readonly operators: OperatorConfigs;
  readonly settings: WorkerSettings;
  readonly ports: Ports;
  readonly registry: Registry;
  readonly rawDecoder: RawDecoder;
  /** Where the warehouse graph stores; it does not run without. */
  readonly warehouse?: { readonly store: Warehouse; readonly config: SinkConfig };
  /** Told of each alert's run, when `dedupe.traceAssignments` is on. */
  readonly onAssigned?: (assigned: Assigned, shard: number) => void;
  /** The worker cannot go on; `stop` has not been called. */
  readonly onFailure: (error: Error) => void;
  /** Something is wrong that does not stop the worker; `code` is a stable word for logs. */
  readonly onTrouble: (code: string, detail: string) => void;
}

/** What a worker has done so far, summed over the shards it owns now. */
export interface WorkerCounts {
  readonly stages: readonly (StageCount & { readonly graph: string })[];
  readonly outcomes: OutcomeCounts;
  readonly rows: number;
  readonly timers: number;
}

/**
 * Runs graphs: joins their consumer groups, owns the shards it is given, keeps their time going. Everything that a
 * shard decides comes from its log; what happens here is only when and where.
 */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #around: ShardSurroundings;
  readonly #reduce: GraphRunner<ReduceEvent> | null;
  readonly #relate: GraphRunner<RelateEvent> | null;
  readonly #controls: ControlTail | null;
  readonly #sink: WarehouseSink | null;
  readonly #heartbeats = new WeakMap<ShardRunner<ReduceEvent>, HeartbeatSource>();
  #stopMetronome: (() => void) | null = null;

  /** Registers our schemas, looks up the partitions, and prepares the graphs; nothing is read before `start`. */
  static async open(options: WorkerOptions): Promise<Worker> {
    const { admin } = options.ports.broker;
    return new Worker(options, {
      ports: options.ports,
      settings: options.settings,
      instance: options.instance,
      schemaIds: await registerSchemas(options.registry),
      rawPartitions: await admin.partitions(topics.raw.name),
      reducedPartitions: await admin.partitions(topics.reduced.name),
      onAssigned: options.onAssigned ?? null,
    });
  }

  private constructor(options: WorkerOptions, around: ShardSurroundings) {
    this.#options = options;
    this.#around = around;
    const { rawDecoder, operators, graphs } = options;
    this.#reduce = graphs.includes('reduce')
      ? this.#runner(reduceGraph(operators, rawDecoder.decode), (batch) => prefetch(rawDecoder, batch))
      : null;
    this.#relate = graphs.includes('relate') ? this.#runner(relateGraph(operators), async () => {}) : null;
    const relate = this.#relate;
    const onGarbage = (offset: number, error: unknown) =>
      options.onTrouble('control-undecodable', `${topics.control.name}@${offset}: ${String(error)}`);
    this.#controls = relate === null ? null : new ControlTail(around, () => relate.shards, onGarbage);
    this.#sink = graphs.includes('warehouse') ? sinkOf(options) : null;
  }

  async start(): Promise<void> {
    await this.#sink?.start();
    await this.#relate?.start();
    await this.#reduce?.start();
    await this.#controls?.start();
  }

  /** Calls `beat` every `heartbeatMs` from now on; a driver of virtual time calls it itself instead. */
  keepTime(): void {
    const { clock } = this.#options.ports;
    const next = () => {
      this.#stopMetronome = clock.schedule(clock.now() + this.#options.settings.heartbeatMs, () => {
        this.beat().then(next, this.#options.onFailure);
      });
    };
    next();
  }

  /** One beat of every REDUCE shard owned here, and controls to RELATE shards that were acquired since the last one. */
  async beat(): Promise<void> {
    await this.#controls?.copy();
    await Promise.all((this.#reduce?.shards ?? []).map((shard) => this.#heartbeatOf(shard).beat()));
  }

  /** When the next timer of any shard is due, or null: virtual time need not stop before. */
  nextDue(): EventTimeMs | null {
    const dues = this.#shards().map((shard) => shard.nextDue());
    const set = dues.filter((due) => due !== null);
    return set.length === 0 ? null : Math.min(...set);
  }

  counts(): WorkerCounts {
    const shards = this.#shards();
    const stages = new Map<string, StageCount & { readonly graph: string }>();
    for (const { shard, graphName } of shards) {
      for (const { stage, in: came, out } of shard.stageCounts) {
        const sum = stages.get(stage) ?? { graph: graphName, stage, in: 0, out: 0 };
        stages.set(stage, { ...sum, in: sum.in + came, out: sum.out + out });
      }
    }
    const outcomes = { unknown: 0, passed: 0, folded: 0, suppressed: 0, 'dead-lettered': 0, noted: 0 };
    let [rows, timers] = [0, 0];
    for (const { shard } of shards) {
      for (const outcome of Object.keys(outcomes) as (keyof OutcomeCounts)[])
        outcomes[outcome] += shard.outcomes[outcome];
      rows += shard.size.rows;
      timers += shard.size.timers;
    }
    return { stages: [...stages.values()], outcomes, rows, timers };
  }

  /** Finishes what is in flight, checkpoints and commits every shard, leaves the groups. */
  async stop(): Promise<void> {
    this.#stopMetronome?.();
    await this.#controls?.stop();
    await this.#reduce?.stop();
    await this.#relate?.stop();
    // Last, so that what the others said while they stopped is stored too.
    await this.#sink?.flush();
    await this.#sink?.stop();
  }

  /** Stops as a crash would: nothing is finished, checkpointed or committed. */
  drop(): void {
    this.#stopMetronome?.();
    this.#reduce?.drop();
    this.#relate?.drop();
  }

  #shards(): readonly (ShardRunner<ReduceEvent> | ShardRunner<RelateEvent>)[] {
    return [...(this.#reduce?.shards ?? []), ...(this.#relate?.shards ?? [])];
  }

  #runner<Event extends { readonly kind: string }>(
    graph: Graph<Event>,
    prepare: (batch: Batch) => Promise<void>,
  ): GraphRunner<Event> {
    return new GraphRunner({ graph, around: this.#around, prepare, onFailure: this.#options.onFailure });
  }

  #heartbeatOf(shard: ShardRunner<ReduceEvent>): HeartbeatSource {
    const known = this.#heartbeats.get(shard);
    if (known !== undefined) return known;
    const source = new HeartbeatSource(shard, this.#around);
    this.#heartbeats.set(shard, source);
    return source;
  }
}

function sinkOf({ warehouse, ports, onFailure, onTrouble }: WorkerOptions): WarehouseSink | null {
  if (warehouse === undefined) return null;
  return new WarehouseSink({
    broker: ports.broker,
    clock: ports.clock,
    warehouse: warehouse.store,
    config: warehouse.config,
    // The codec of a topic gives values of that topic; the pair is not followed through the generic call.
    decode: ((topic, value) => codecs[topic].decode(value, framedLength)) as DecodeStored,
    observe: (event) => {
      if (event.kind !== 'stored') onTrouble(`warehouse-${event.kind}`, JSON.stringify(event));
    },
    onFailure,
  });
}

async function registerSchemas(registry: Registry): Promise<SchemaIds> {
  const written = ['reduced', 'enriched', 'suppressed', 'incidents', 'aggregates', 'decisions'] as const;
  const ids = await Promise.all(
    written.map(async (topic) => [
      topic,
      await registry.register(codecs[topic].subject, codecs[topic].schema),
    ]),
  );
  // One entry per name of the list above, which is the list of the type.
  return Object.fromEntries(ids) as SchemaIds;
}

async function prefetch(decoder: RawDecoder, batch: Batch): Promise<void> {
  for (const id of schemaIdsIn(batch.records)) if (!decoder.isKnown(id)) await decoder.prefetch(id);
}
