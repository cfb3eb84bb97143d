import type { Assigned, ReduceEvent, RelateEvent } from '../../operators/events.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { topics } from '../../schemas/topics.ts';
import type { Batch } from '../broker/index.ts';
import { type Graph, reduceGraph, relateGraph } from '../graphs.ts';
import type { RawDecoder, Registry } from '../registry/index.ts';
import type { OperatorConfigs } from '../topology.ts';
import type { WarehouseSink } from '../warehouse/index.ts';
import { ControlTail } from './control-tail.ts';
import { GraphRunner } from './graph-runner.ts';
import { HeartbeatSource } from './heartbeat.ts';
import { type OwnDecoders, ownDecoders } from './own-decoders.ts';
import { type Owned, ownedOf } from './owned.ts';
import type { Delivery, OnStepped, OnTrouble, Ports, ShardSurroundings, WorkerSettings } from './ports.ts';
import { prefetch, registerSchemas } from './schema-ids.ts';
import type { ShardRunner } from './shard-runner.ts';
import { openSink, type WarehouseOptions } from './warehouse.ts';
import { countsOf, type WorkerCounts } from './worker-counts.ts';

export const graphNames = ['reduce', 'relate', 'warehouse'] as const;
export type GraphName = (typeof graphNames)[number];

export interface WorkerOptions {
  readonly instance: string;
  readonly graphs: readonly GraphName[];
  readonly operators: OperatorConfigs;
  readonly settings: WorkerSettings;
  /** Default `effectively-once`. */
  readonly delivery?: Delivery;
  readonly ports: Ports;
  readonly registry: Registry;
  readonly rawDecoder: RawDecoder;
  /** Where the warehouse graph stores; it does not run without. */
  readonly warehouse?: WarehouseOptions;
  /** Told of each alert's run, when `dedupe.traceAssignments` is on. */
  readonly onAssigned?: (assigned: Assigned, shard: number) => void;
  /** For views and figures; costs two readings of the clock per batch. */
  readonly onStepped?: OnStepped;
  /** The worker cannot go on; `stop` has not been called. */
  readonly onFailure: (error: Error) => void;
  readonly onTrouble: OnTrouble;
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
  #hasStarted = false;
  #isStopping = false;

  /** Registers our schemas, looks up the partitions, and prepares the graphs; nothing is read before `start`. */
  static async open(options: WorkerOptions): Promise<Worker> {
    const { broker, clock } = options.ports;
    const { admin } = broker;
    const { registry } = options;
    const schemaIds = await registerSchemas(registry);
    return new Worker(options, {
      ports: options.ports,
      settings: options.settings,
      instance: options.instance,
      delivery: options.delivery ?? 'effectively-once',
      schemaIds,
      decoders: ownDecoders({ registry, schemaIds, clock }),
      rawPartitions: await admin.partitions(topics.raw.name),
      reducedPartitions: await admin.partitions(topics.reduced.name),
      onAssigned: options.onAssigned ?? null,
      ...(options.onStepped && { onStepped: options.onStepped }),
      onTrouble: options.onTrouble,
    });
  }

  private constructor(options: WorkerOptions, around: ShardSurroundings) {
    this.#options = options;
    this.#around = around;
    const { rawDecoder, operators, graphs, warehouse, onFailure } = options;
    this.#reduce = graphs.includes('reduce')
      ? this.#runner(reduceGraph(operators, rawDecoder.decode, rawDecoder.isOwnLayout), (batch) =>
          prefetch(rawDecoder, batch),
        )
      : null;
    const { reduced } = around.decoders;
    const relate = graphs.includes('relate')
      ? this.#runner(
          relateGraph(operators, (record, partition) => reduced.readAt(record, partition)),
          ({ records }) => reduced.prefetch(records),
        )
      : null;
    this.#relate = relate;
    this.#controls =
      relate === null ? null : new ControlTail({ around, shards: () => relate.shards, onFailure });
    this.#sink =
      graphs.includes('warehouse') && warehouse !== undefined
        ? openSink(warehouse, { ...options, decoders: around.decoders })
        : null;
  }

  /** Resolves early when the worker is stopped or dropped meanwhile. */
  async start(): Promise<void> {
    for (const part of [this.#sink, this.#relate, this.#reduce, this.#controls]) {
      if (this.#isStopping) return;
      await part?.start();
    }
    this.#hasStarted = true;
  }

  /** Every shard that is assigned here is restored, and takes records; none was stopped by its dead letters. */
  get isReady(): boolean {
    const isOpen = this.#hasStarted && !this.#isStopping;
    return isOpen && this.#shards().every(({ isRunning, isBraked }) => isRunning && !isBraked);
  }

  /** For whoever reads the topics of this worker beside it. */
  get decoders(): OwnDecoders {
    return this.#around.decoders;
  }

  /** What this process works on, and how far it is. */
  get owned(): readonly Owned[] {
    return ownedOf(this.#shards(), this.#sink);
  }

  /** Records that the warehouse graph has read and not stored yet. */
  get held(): number {
    return this.#sink?.held ?? 0;
  }

  /** Stores what the warehouse graph has read, without waiting for batches to fill; waits while the warehouse is away. */
  async store(): Promise<void> {
    await this.#sink?.flush();
  }

  /** Calls `beat` every `heartbeatMs` from now on; a driver of virtual time calls it itself instead. */
  keepTime(): void {
    const { clock } = this.#options.ports;
    const next = () => {
      // A beat may be under way when the worker stops; what it would set off must not outlive it.
      if (this.#isStopping) return;
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
    return countsOf(this.#shards());
  }

  /** Finishes what is in flight, checkpoints and commits every shard, leaves the groups. */
  async stop(): Promise<void> {
    this.#stopTime();
    await this.#controls?.stop();
    // At once: each group waits for its own rebalance before others go on.
    await Promise.all([this.#reduce?.stop(), this.#relate?.stop()]);
    // Last, so that what the others said while they stopped is stored too; tried once, since the rest is in the log.
    await this.#sink?.stop();
  }

  /** Stops as a crash would: nothing is finished, checkpointed or committed; the groups learn of it at once. */
  drop(): void {
    this.#stopTime();
    this.#reduce?.drop();
    this.#relate?.drop();
    for (const reader of [this.#controls, this.#sink]) reader?.stop().catch(() => undefined);
  }

  #stopTime(): void {
    this.#isStopping = true;
    this.#stopMetronome?.();
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
    const source = this.#heartbeats.get(shard) ?? new HeartbeatSource(shard, this.#around);
    this.#heartbeats.set(shard, source);
    return source;
  }
}
